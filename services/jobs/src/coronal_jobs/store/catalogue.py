"""The catalogue in Redis: each worker publishes its pool's offer, and beats."""

from coronal_jobs.catalogue import Catalogue, Offer, Pool
from coronal_jobs.store.connection import Connection

__all__ = ["ALIVE_S", "BEAT_S", "CatalogueStore"]

BEAT_S = 10
"""How often a worker tells that it lives."""

ALIVE_S = 30
"""How long a worker counts as alive after it has told so."""

_OFFERS = "coronal:offers"
_WORKERS = "coronal:workers"


class CatalogueStore:
    """What the pools offer, and which workers live."""

    def __init__(self, connection: Connection) -> None:
        self._redis = connection
        self._parsed: dict[str, Offer] = {}

    def publish(self, pool: str, worker: str, offer: Offer) -> None:
        """Tell what a pool offers; the last worker that starts is right.

        Parameters
        ----------
        pool
            The pool's name.
        worker
            The worker's name, unlike any other.
        offer
            All that its plugins can do.
        """
        told = offer.model_dump_json(exclude_defaults=True)
        self._redis.write_also_when_full("HSET", _OFFERS, pool, told)
        self._redis.zremrangebyscore(_WORKERS, "-inf", self._now_s() - 2 * ALIVE_S)
        self.beat(pool, worker)

    def beat(self, pool: str, worker: str) -> bool:
        """Tell that a worker lives; False when its pool's offer is gone and must be published again."""
        self._redis.write_also_when_full("ZADD", _WORKERS, self._now_s(), f"{pool} {worker}")
        return bool(self._redis.hexists(_OFFERS, pool))

    def leave(self, pool: str, worker: str) -> None:
        """Tell that a worker has stopped."""
        self._redis.zrem(_WORKERS, f"{pool} {worker}")

    def read(self) -> Catalogue:
        """Give the catalogue as it is now."""
        oldest = self._now_s() - ALIVE_S
        offers, alive = self._redis.ask_all(("HGETALL", _OFFERS), ("ZRANGEBYSCORE", _WORKERS, oldest, "+inf"))
        queued = self._redis.ask_all(*(("LLEN", f"coronal:pool.{pool}") for pool in offers))
        workers = [member.partition(" ")[0] for member in alive]
        return Catalogue(
            tuple(
                Pool(name=name, workers=workers.count(name), queued=length, offer=self._parse(text))
                for (name, text), length in sorted(zip(offers.items(), queued, strict=True))
            )
        )

    def _now_s(self) -> int:
        return int(self._redis.time()[0])

    def _parse(self, text: str) -> Offer:
        """Parse an offer, or take it from the last time: it changes only when a worker starts."""
        if text not in self._parsed:
            # A worker that is newer than who reads may offer things of which that knows nothing.
            offer = Offer.model_validate_json(text, extra="ignore")
            self._parsed = {**dict(list(self._parsed.items())[-16:]), text: offer}
        return self._parsed[text]

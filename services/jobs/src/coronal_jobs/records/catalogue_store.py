"""The catalogue in Redis: each worker publishes its offer, which lives as long as the worker's heartbeat."""

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from coronal_jobs.pipeline.catalogue import Catalogue, Offer, Pool
from coronal_jobs.records.connection import Connection
from coronal_jobs.records.scripts import source_of

__all__ = ["ALIVE_S", "HEARTBEAT_S", "CatalogueStore", "queues_of"]

HEARTBEAT_S = 10
"""Interval of a worker's heartbeats."""

ALIVE_S = 30
"""How long a worker counts as alive after a heartbeat; as in ``common.lua``."""

_OFFERS = "coronal:offers"
_WORKERS = "coronal:workers"
_WORKER_OFFERS = "coronal:worker-offers"
_POOLS = "coronal:pools"


class CatalogueStore:
    """The live workers and their offers."""

    def __init__(self, connection: Connection) -> None:
        self._redis = connection
        self._announce = connection.register_script(source_of("announce"))
        self._parsed: dict[str, Offer] = {}

    def publish(self, pool: str, worker: str, offer: Offer) -> None:
        """Publish a worker's offer, as its first heartbeat.

        Parameters
        ----------
        pool
            Name of its pool.
        worker
            Unique name of the worker.
        offer
            What its plugins can do.
        """
        self._announce(args=[pool, worker, offer.digest, offer.text, offer.capabilities_text])

    def heartbeat(self, pool: str, worker: str, offer: Offer) -> bool:
        """Send a heartbeat; False when the offer is lost and must be published again."""
        return bool(self._announce(args=[pool, worker, offer.digest, "", ""]) == "announced")

    def leave(self, pool: str, worker: str) -> None:
        """Remove a worker that stops."""
        member = f"{pool} {worker}"
        self._redis.ask_all(("ZREM", _WORKERS, member), ("HDEL", _WORKER_OFFERS, member))

    def read(self) -> Catalogue:
        """Return the catalogue as it is now."""
        oldest = int(self._redis.time()[0]) - ALIVE_S
        alive, offers, last = self._redis.ask_all(
            ("ZRANGEBYSCORE", _WORKERS, oldest, "+inf"), ("HGETALL", _WORKER_OFFERS), ("HGETALL", _POOLS)
        )
        digests = {pool: _digests(pool, alive, offers) or [last[pool]] for pool in sorted(last)}
        # Not by the lengths of queues: a notification holds several jobs of a batch.
        counts = [("SCARD", f"coronal:queued:{pool}") for pool in digests]
        queued = iter(self._ask_offers(set(chain(*digests.values())), counts))
        workers = [member.partition(" ")[0] for member in alive]
        return Catalogue(
            tuple(
                Pool(
                    name=pool,
                    workers=workers.count(pool),
                    queued=next(queued),
                    offers=tuple(self._parsed[one] for one in its if one in self._parsed),
                )
                for pool, its in digests.items()
            )
        )

    def _ask_offers(self, digests: set[str], commands: Iterable[tuple[Any, ...]]) -> list[Any]:
        """Read those offers that weren't read before, and what else is asked; give the answers to that."""
        new = sorted(digests - set(self._parsed))
        answers = self._redis.ask_all(*(("HGET", _OFFERS, one) for one in new), *commands)
        texts = {one: text for one, text in zip(new, answers, strict=False) if text is not None}
        # A worker that is newer than who reads may offer things of which that knows nothing.
        read = {one: Offer.model_validate_json(text, extra="ignore") for one, text in texts.items()}
        self._parsed = {one: offer for one, offer in {**self._parsed, **read}.items() if one in digests}
        return answers[len(new) :]


def _digests(pool: str, alive: Iterable[str], offers: Mapping[str, str]) -> list[str]:
    """Return the digests of what the living workers of a pool offer, each once."""
    its = (member for member in alive if member.partition(" ")[0] == pool)
    return sorted({offers[member] for member in its if member in offers})


def queues_of(pool: str, digests: Iterable[str]) -> list[str]:
    """Return the keys of a pool's queues: the one of all its workers, and those of its offers."""
    return [f"coronal:pool.{pool}", *(f"coronal:pool.{pool}.{digest}" for digest in digests)]

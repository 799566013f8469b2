"""The catalogue: what the pools offer, as plain data."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from coronal.spec import AlgorithmSpec, FormatSpec
from coronal_jobs.pipeline import Pipeline

__all__ = ["Catalogue", "Offer", "Pool", "RejectedPlugin"]


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RejectedPlugin(_Plain):
    """A plugin that couldn't be used."""

    name: str = Field(description="The name of its entry point.")
    distribution: str = Field(
        default="", description="The Python distribution that it comes from, with version."
    )
    reason: str = Field(description="What went wrong, in one line.")


class Offer(_Plain):
    """What a worker publishes: all that its plugins can do."""

    algorithms: tuple[AlgorithmSpec, ...] = ()
    formats: tuple[FormatSpec, ...] = ()
    writers: tuple[str, ...] = ()
    pipelines: tuple[Pipeline, ...] = ()
    tasks: tuple[str, ...] = ()
    rejected: tuple[RejectedPlugin, ...] = ()


class Pool(_Plain):
    """A pool, as it is now."""

    name: str
    workers: int = Field(ge=0, description="How many workers have told in the last 30 s that they live.")
    queued: int = Field(default=0, ge=0, description="How many messages wait in its queue.")
    offer: Offer

    def offers(self, algorithm: str) -> bool:
        """Tell whether it can run an algorithm."""
        return any(spec.name == algorithm for spec in self.offer.algorithms)

    def offers_all(self, algorithms: Collection[str]) -> bool:
        """Tell whether it can run all of some algorithms."""
        return all(map(self.offers, algorithms))


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All pools, by name.

    Parameters
    ----------
    pools
        Those that have ever published, also while no worker of theirs lives.
    """

    pools: tuple[Pool, ...] = ()

    @property
    def algorithms(self) -> Mapping[str, AlgorithmSpec]:
        """The algorithms by name; where pools offer several versions, the one of a live pool."""
        by_liveness = sorted(self.pools, key=lambda pool: pool.workers > 0)
        return {spec.name: spec for pool in by_liveness for spec in pool.offer.algorithms}

    @property
    def formats(self) -> tuple[FormatSpec, ...]:
        """The formats that are read, each once."""
        return tuple({spec.name: spec for pool in self.pools for spec in pool.offer.formats}.values())

    @property
    def writers(self) -> tuple[str, ...]:
        """The writers of result files, by name."""
        return tuple(sorted({name for pool in self.pools for name in pool.offer.writers}))

    @property
    def pipelines(self) -> Mapping[str, Pipeline]:
        """The pipelines that plugins bring, by name; where pools bring several, that of a live pool."""
        by_liveness = sorted(self.pools, key=lambda pool: pool.workers > 0)
        return {pipeline.name: pipeline for pool in by_liveness for pipeline in pool.offer.pipelines}

    def pools_of(self, algorithm: str) -> tuple[Pool, ...]:
        """Give the pools that offer an algorithm."""
        return self.pools_with((algorithm,))

    def pools_with(self, algorithms: Collection[str]) -> tuple[Pool, ...]:
        """Give the pools that offer all of some algorithms."""
        return tuple(pool for pool in self.pools if pool.offers_all(algorithms))

    def dead_pools(self, names: Iterable[str]) -> list[str]:
        """Give those of the named pools that have no live worker."""
        alive = {pool.name for pool in self.pools if pool.workers}
        return sorted(set(names) - alive)

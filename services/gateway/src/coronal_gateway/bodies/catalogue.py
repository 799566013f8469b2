"""The catalogue, as it is told."""

from collections.abc import Iterable
from typing import Self, TypeVar

from pydantic import Field

from coronal.spec import AlgorithmSpec, FormatSpec
from coronal_gateway.bodies.body import Body
from coronal_jobs.catalogue import Catalogue, Pool, RejectedPlugin

__all__ = ["AlgorithmBody", "PluginsBody"]

T = TypeVar("T")


class PoolBody(Body):
    """A pool, as it is now."""

    name: str
    workers: int = Field(description="How many workers have told in the last 30 s that they live.")
    queued: int = Field(description="How many messages wait in its queues.")
    algorithms: tuple[str, ...]
    formats: tuple[str, ...]
    rejected: tuple[RejectedPlugin, ...]

    @classmethod
    def of(cls, pool: Pool) -> Self:
        """Tell of a pool what the catalogue says."""
        return cls(
            name=pool.name,
            workers=pool.workers,
            queued=pool.queued,
            algorithms=_each_once(name for offer in pool.offers for name in offer.versions),
            formats=_each_once(spec.name for offer in pool.offers for spec in offer.formats),
            rejected=_each_once(one for offer in pool.offers for one in offer.rejected),
        )


def _each_once(found: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(found))


class AlgorithmBody(AlgorithmSpec):
    """An algorithm, and who offers it."""

    pools: tuple[str, ...] = Field(description="The pools that offer it.")

    @classmethod
    def of(cls, spec: AlgorithmSpec, catalogue: Catalogue) -> Self:
        """Tell of an algorithm what the catalogue says."""
        pools = tuple(pool.name for pool in catalogue.pools_of(spec.name))
        return cls(**spec.model_dump(), pools=pools)


class PluginsBody(Body):
    """The catalogue."""

    algorithms: tuple[AlgorithmBody, ...]
    formats: tuple[FormatSpec, ...]
    writers: tuple[str, ...] = Field(description="The writers of result files, to choose from.")
    pools: tuple[PoolBody, ...]

    @classmethod
    def of(cls, catalogue: Catalogue) -> Self:
        """Tell what the catalogue says."""
        specs = sorted(catalogue.algorithms.values(), key=lambda spec: spec.name)
        return cls(
            algorithms=tuple(AlgorithmBody.of(spec, catalogue) for spec in specs),
            formats=catalogue.formats,
            writers=catalogue.writers,
            pools=tuple(PoolBody.of(pool) for pool in catalogue.pools),
        )

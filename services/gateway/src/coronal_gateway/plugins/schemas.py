"""Response bodies of the catalogue."""

from collections.abc import Iterable
from typing import Self, TypeVar

from pydantic import Field

from coronal.spec import AlgorithmSpec, FormatSpec
from coronal_gateway.http.schema import Body
from coronal_jobs.pipeline.catalogue import Catalogue, Pool, RejectedPlugin

__all__ = ["AlgorithmBody", "PluginsBody"]

T = TypeVar("T")


class PoolBody(Body):
    """A pool of workers."""

    name: str
    workers: int = Field(description="Number of workers with a heartbeat in the last 30 s.")
    queued: int = Field(description="Number of jobs that wait for its workers.")
    algorithms: tuple[str, ...]
    formats: tuple[str, ...]
    rejected: tuple[RejectedPlugin, ...]

    @classmethod
    def of(cls, pool: Pool) -> Self:
        """Build it from the catalogue's pool."""
        return cls(
            name=pool.name,
            workers=pool.workers,
            queued=pool.queued,
            algorithms=_unique(name for offer in pool.offers for name in offer.versions),
            formats=_unique(spec.name for offer in pool.offers for spec in offer.formats),
            rejected=_unique(one for offer in pool.offers for one in offer.rejected),
        )


def _unique(found: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(found))


class AlgorithmBody(AlgorithmSpec):
    """An algorithm, and the pools that offer it."""

    pools: tuple[str, ...] = Field(description="The pools that offer it.")

    @classmethod
    def of(cls, spec: AlgorithmSpec, catalogue: Catalogue) -> Self:
        """Build it from the catalogue."""
        pools = tuple(pool.name for pool in catalogue.pools_of(spec.name))
        return cls(**spec.model_dump(), pools=pools)


class PluginsBody(Body):
    """The catalogue."""

    algorithms: tuple[AlgorithmBody, ...]
    formats: tuple[FormatSpec, ...]
    writers: tuple[str, ...] = Field(description="Available writers of result files.")
    pools: tuple[PoolBody, ...]

    @classmethod
    def of(cls, catalogue: Catalogue) -> Self:
        """Build it from the catalogue."""
        specs = sorted(catalogue.algorithms.values(), key=lambda spec: spec.name)
        return cls(
            algorithms=tuple(AlgorithmBody.of(spec, catalogue) for spec in specs),
            formats=catalogue.formats,
            writers=catalogue.writers,
            pools=tuple(PoolBody.of(pool) for pool in catalogue.pools),
        )

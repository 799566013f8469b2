"""The catalogue: what the workers of the pools offer, as plain data."""

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from pydantic import BaseModel, ConfigDict, Field

from coronal.errors import CoronalError
from coronal.pipelines.pipeline import Pipeline
from coronal.spec import AlgorithmSpec, FormatSpec

__all__ = ["Catalogue", "NotOffered", "Offer", "Pool", "RejectedPlugin"]

_DIGEST_LENGTH = 16


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NotOffered(CoronalError):
    """Raised when a worker lacks what a job was planned for; the code of a job for which none has come.

    Attributes
    ----------
    pool
        The pool of worker and job.
    need
        What is lacking: an algorithm and its version, ``format:NAME``, ``task:NAME`` or ``writer:NAME``.
    job
        The job's id, where it is admitted.
    """

    code = "not-offered"

    def __init__(self, pool: str, need: str, job: str = "") -> None:
        self.pool = pool
        self.need = need
        self.job = job
        super().__init__(f"a living worker of the pool {pool} must have {need}")


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

    @property
    def versions(self) -> dict[str, str]:
        """The version of each algorithm, by name."""
        return {spec.name: spec.version for spec in self.algorithms}

    @property
    def capabilities(self) -> dict[str, str]:
        """All that a job may need of a worker, each with its version: see `StageGroup.versions`.

        What has no version of its own has an empty one. No algorithm's name has a colon.
        """
        others = {"task": self.tasks, "writer": self.writers, "format": [spec.name for spec in self.formats]}
        plain = {f"{kind}:{name}": "" for kind, names in others.items() for name in names}
        return {**self.versions, **plain}

    @property
    def capabilities_text(self) -> str:
        """The capabilities as JSON, as the scripts read them."""
        return json.dumps(self.capabilities)

    @property
    def text(self) -> str:
        """The offer as JSON."""
        return self.model_dump_json(exclude_defaults=True)

    @property
    def digest(self) -> str:
        """What it is known by: workers with the same plugins have the same."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:_DIGEST_LENGTH]

    def offers_all(self, algorithms: Iterable[str]) -> bool:
        """Return whether a worker that offers this can run all of some algorithms, of whatever version."""
        return set(algorithms) <= set(self.versions)


class Pool(_Plain):
    """A pool, as it is now."""

    name: str
    workers: int = Field(ge=0, description="How many workers have sent a heartbeat in the last 30 s.")
    queued: int = Field(default=0, ge=0, description="How many jobs wait for its workers.")
    offers: tuple[Offer, ...] = Field(
        description="What its living workers offer, each once: more than one while plugins are changed. "
        "Where none lives, that of the one that was heard of last."
    )

    def offers_all(self, algorithms: Collection[str]) -> bool:
        """Return whether one of its workers can run all of some algorithms."""
        return any(offer.offers_all(algorithms) for offer in self.offers)


@dataclass(frozen=True)
class Catalogue:
    """All pools, by name.

    Parameters
    ----------
    pools
        All that have ever published, also while none of their workers is alive.
    """

    pools: tuple[Pool, ...] = ()

    @cached_property
    def algorithms(self) -> Mapping[str, AlgorithmSpec]:
        """The algorithms by name; where there are several versions, the newest that lives.

        Newest is the highest by its numbers, whoever has started first.
        """
        found = [
            (pool.workers > 0, _order_of(spec.version), spec)
            for pool in self.pools
            for offer in pool.offers
            for spec in offer.algorithms
        ]
        return {spec.name: spec for _, _, spec in sorted(found, key=lambda one: one[:2])}

    @cached_property
    def formats(self) -> tuple[FormatSpec, ...]:
        """The formats that are read, each once."""
        return tuple({spec.name: spec for offer in self._offers for spec in offer.formats}.values())

    @cached_property
    def writers(self) -> tuple[str, ...]:
        """The writers of result files, by name."""
        return tuple(sorted({name for offer in self._offers for name in offer.writers}))

    @cached_property
    def pipelines(self) -> Mapping[str, Pipeline]:
        """The pipelines that plugins bring, by name; of several, that beside the newest algorithms."""
        return {pipeline.name: pipeline for offer in self._offers for pipeline in offer.pipelines}

    def newness(self, offer: Offer, algorithms: Iterable[str]) -> int:
        """Count the algorithms that an offer has in the version that counts here."""
        versions = offer.versions
        return sum(versions.get(name) == self.algorithms[name].version for name in algorithms)

    def pools_of(self, algorithm: str) -> tuple[Pool, ...]:
        """Return the pools that offer an algorithm."""
        return self.pools_with((algorithm,))

    def pools_with(self, algorithms: Collection[str]) -> tuple[Pool, ...]:
        """Return the pools that have a worker with all of some algorithms."""
        return tuple(pool for pool in self.pools if pool.offers_all(algorithms))

    @cached_property
    def living(self) -> Mapping[str, tuple[Mapping[str, str], ...]]:
        """The pools that have a living worker, by name; of each the capabilities of its workers."""
        living = (pool for pool in self.pools if pool.workers)
        return {pool.name: tuple(offer.capabilities for offer in pool.offers) for pool in living}

    @cached_property
    def _offers(self) -> list[Offer]:
        """All offers, those of living pools last, and of these the newest."""
        found = [(pool.workers > 0, offer) for pool in self.pools for offer in pool.offers]
        found.sort(key=lambda one: (one[0], self.newness(one[1], one[1].versions)))
        return [offer for _, offer in found]


def _order_of(version: str) -> list[tuple[int, int, str]]:
    """Return the sort key of a version: number by number, and a pre-release before its release.

    >>> sorted(["1.10", "1.9", "2.0", "2.0rc1", "2.0.1"], key=_order_of)
    ['1.9', '1.10', '2.0rc1', '2.0', '2.0.1']
    """
    parts = re.findall(r"([0-9]+)|([a-z]+)", version.lower())
    ordered = [
        (2, len(number.lstrip("0")), number.lstrip("0")) if number else (0, 0, word) for number, word in parts
    ]
    return [*ordered, (1, 0, "")]

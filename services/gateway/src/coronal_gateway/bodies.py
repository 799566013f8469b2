"""The bodies of answers."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Self
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from coronal.spec import AlgorithmSpec, FormatSpec
from coronal_jobs.catalogue import Catalogue, Pool, RejectedPlugin
from coronal_jobs.job import Artifact, Failure, Input, Job, State
from coronal_jobs.pipeline import Pipeline

__all__ = [
    "AlgorithmBody",
    "Health",
    "JobBody",
    "JobsBody",
    "PipelinesBody",
    "PluginsBody",
    "PoolBody",
    "Readiness",
    "ResultsBody",
]


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True)


class Links(_Body):
    """Where more is told."""

    itself: str = Field(serialization_alias="self")
    results: str
    log: str


class HopBody(_Body):
    """Stages that one pool runs in one go."""

    pool: str
    stages: tuple[str, ...] = Field(description="Their names.")


class JobBody(_Body):
    """A job."""

    id: str
    state: State
    revision: int = Field(description="Grows with every change.")
    progress: float = Field(ge=0, le=1)
    stage: str = Field(description="The stage that runs now; empty where none does.")
    created: datetime
    started: datetime | None
    finished: datetime | None
    input: Input
    pipeline: Pipeline
    seed: int
    pool: str = Field(description="The pool whose turn it is, or was last.")
    hops: tuple[HopBody, ...] = Field(description="Which pool runs which stages.")
    error: Failure | None = Field(description="Why it has failed.")
    warning: str | None = Field(description="Why it doesn't get on at present.")
    links: Links

    @classmethod
    def of(cls, job: Job, catalogue: Catalogue) -> Self:
        """Tell of a job what its record and the catalogue say."""
        return cls(
            **{name: getattr(job, name) for name in ("id", "state", "revision", "progress", "stage", "seed")},
            created=_time(job.created_ms),
            started=_time(job.started_ms) if job.started_ms else None,
            finished=_time(job.finished_ms) if job.finished_ms else None,
            input=job.input,
            pipeline=job.pipeline,
            pool=job.pool,
            hops=tuple(_hop(job, number) for number in range(len(job.hops))),
            error=job.failure,
            warning=_warning(job, catalogue),
            links=Links(
                itself=job_path(job.id), results=f"{job_path(job.id)}/results", log=f"{job_path(job.id)}/log"
            ),
        )


class JobsBody(_Body):
    """Some jobs, newest first."""

    jobs: tuple[JobBody, ...]
    next: str | None = Field(description="Where the next page is; null at the end.")


class ArtifactBody(_Body):
    """A file that a job has left."""

    name: str
    media_type: str
    size_bytes: int
    sha256: str
    href: str

    @classmethod
    def of(cls, job: Job, artifact: Artifact) -> Self:
        """Tell of a file what its job's record says."""
        href = f"{job_path(job.id)}/results/{quote(artifact.name, safe='')}"
        return cls(**artifact.model_dump(), href=href)


class ResultsBody(_Body):
    """What a job has left."""

    job: str = Field(description="Its id.")
    artifacts: tuple[ArtifactBody, ...]
    result: JsonValue = Field(
        description="The content of result.json; null where there is none or it is too large to stand here."
    )


class PoolBody(_Body):
    """A pool, as it is now."""

    name: str
    workers: int = Field(description="How many workers have told in the last 30 s that they live.")
    queued: int = Field(description="How many messages wait in its queue.")
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
            algorithms=tuple(spec.name for spec in pool.offer.algorithms),
            formats=tuple(spec.name for spec in pool.offer.formats),
            rejected=pool.offer.rejected,
        )


class AlgorithmBody(AlgorithmSpec):
    """An algorithm, and who offers it."""

    pools: tuple[str, ...] = Field(description="The pools that offer it.")

    @classmethod
    def of(cls, spec: AlgorithmSpec, catalogue: Catalogue) -> Self:
        """Tell of an algorithm what the catalogue says."""
        pools = tuple(pool.name for pool in catalogue.pools_of(spec.name))
        return cls(**spec.model_dump(), pools=pools)


class PluginsBody(_Body):
    """The catalogue."""

    algorithms: tuple[AlgorithmBody, ...]
    formats: tuple[FormatSpec, ...]
    pools: tuple[PoolBody, ...]

    @classmethod
    def of(cls, catalogue: Catalogue) -> Self:
        """Tell what the catalogue says."""
        specs = sorted(catalogue.algorithms.values(), key=lambda spec: spec.name)
        return cls(
            algorithms=tuple(AlgorithmBody.of(spec, catalogue) for spec in specs),
            formats=catalogue.formats,
            pools=tuple(PoolBody.of(pool) for pool in catalogue.pools),
        )


class PipelinesBody(_Body):
    """The pipelines that have a name."""

    pipelines: tuple[Pipeline, ...]


class Health(_Body):
    """That the process lives."""

    status: str = "alive"


class Readiness(_Body):
    """That Redis and the blob store answer, and how many workers live."""

    status: str = "ready"
    workers: dict[str, int] = Field(description="How many workers of each pool live.")


def job_path(job_id: str) -> str:
    """Give the path of a job."""
    return f"/v1/jobs/{job_id}"


def _time(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def _hop(job: Job, number: int) -> HopBody:
    hop = job.hops[number]
    stages: Sequence[str] = [stage.name for stage in job.pipeline.stages[hop.first : hop.end]]
    return HopBody(pool=hop.pool, stages=tuple(stages))


def _warning(job: Job, catalogue: Catalogue) -> str | None:
    if job.state is not State.QUEUED or not catalogue.dead_pools([job.pool]):
        return None
    return f"no worker of pool {job.pool!r} lives at present; the job waits"

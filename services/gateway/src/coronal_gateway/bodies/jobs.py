"""A job, as it is told."""

from datetime import datetime
from typing import Self

from pydantic import Field

from coronal.task_spec import TaskSpec
from coronal_gateway.bodies.body import Body, time_of
from coronal_jobs.catalogue import Catalogue
from coronal_jobs.job import Failure, Input, Job, State
from coronal_jobs.pipeline import Pipeline
from coronal_jobs.registry import RegistryKind

__all__ = ["JobBody", "JobsBody", "job_path"]


class ImageBody(Input):
    """The file that was sent."""


class Links(Body):
    """Where more is told."""

    itself: str = Field(serialization_alias="self")
    results: str
    log: str


class PublishedBody(Body):
    """A version of a data set or a model."""

    kind: RegistryKind
    name: str
    version: int
    link: str

    @classmethod
    def of(cls, told: str) -> Self:
        """Read what a record tells: ``models digits 3``."""
        kind, name, version = told.split()
        return cls.model_validate(
            {"kind": kind, "name": name, "version": version, "link": f"/v1/{kind}/{name}/{version}"}
        )


class HopBody(Body):
    """Stages that one pool runs in one go."""

    pool: str
    stages: tuple[str, ...] = Field(description="Their names.")
    versions: dict[str, str] = Field(description="What it was planned for: algorithms with their versions.")


class JobBody(Body):
    """A job."""

    id: str
    state: State
    revision: int = Field(description="Grows with every change.")
    progress: float = Field(ge=0, le=1)
    stage: str = Field(description="The stage that runs now; empty where none does.")
    created: datetime
    started: datetime | None
    finished: datetime | None
    input: ImageBody
    reference: ImageBody | None = Field(description="The label map that was sent with it.")
    pipeline: Pipeline = Field(description="Without stages where the job is a task.")
    task: TaskSpec | None = Field(description="What is done in place of a pipeline; null where one is run.")
    published: PublishedBody | None = Field(description="The data set or model that it has made.")
    replay_of: str | None = Field(description="The job that it runs again, from its provenance.")
    seed: int
    pool: str = Field(description="The pool whose turn it is, or was last.")
    hops: tuple[HopBody, ...] = Field(description="Which pool runs which stages.")
    error: Failure | None = Field(description="Why it has failed.")
    warning: str | None = Field(description="Why it doesn't get on at present.")
    batch: str | None = Field(description="The batch that it is of.")
    item: int | None = Field(description="Its number in that, counted from 1 as it was sent.")
    links: Links

    @classmethod
    def of(cls, job: Job, catalogue: Catalogue) -> Self:
        """Tell of a job what its record and the catalogue say."""
        return cls(
            **{name: getattr(job, name) for name in ("id", "state", "revision", "progress", "stage", "seed")},
            created=time_of(job.created_ms),
            started=time_of(job.started_ms) if job.started_ms else None,
            finished=time_of(job.finished_ms) if job.finished_ms else None,
            input=ImageBody(**dict(job.input)),
            reference=ImageBody(**dict(job.reference)) if job.reference else None,
            pipeline=job.pipeline,
            task=job.task,
            published=PublishedBody.of(job.published) if job.published else None,
            replay_of=job.replay_of or None,
            pool=job.pool,
            hops=tuple(_hop(job, number) for number in range(len(job.hops))),
            error=job.failure,
            warning=_warning(job, catalogue),
            batch=job.batch or None,
            item=job.item or None,
            links=Links(
                itself=job_path(job.id), results=f"{job_path(job.id)}/results", log=f"{job_path(job.id)}/log"
            ),
        )


class JobsBody(Body):
    """Some jobs, newest first."""

    jobs: tuple[JobBody, ...]
    next: str | None = Field(description="Where the next page is; null at the end.")


def job_path(job_id: str) -> str:
    """Give the path of a job."""
    return f"/v1/jobs/{job_id}"


def _hop(job: Job, number: int) -> HopBody:
    hop = job.hops[number]
    stages = job.pipeline.stages[hop.first : hop.end]
    return HopBody(pool=hop.pool, stages=tuple(stage.name for stage in stages), versions=hop.versions)


def _warning(job: Job, catalogue: Catalogue) -> str | None:
    if job.state is not State.QUEUED:
        return None
    if job.pool not in catalogue.living:
        return f"no worker of pool {job.pool!r} lives at present; the job waits"
    lacks = [job.missing_in(capabilities) for capabilities in catalogue.living[job.pool]]
    if not lacks or not all(lacks):
        return None
    return f"no living worker of pool {job.pool!r} has {lacks[-1]}, which it needs; the job waits"

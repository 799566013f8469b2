"""Response bodies of jobs."""

from datetime import datetime
from typing import Self

from pydantic import Field

from coronal.pipelines.pipeline import Pipeline
from coronal.task_spec import TaskSpec
from coronal_gateway.http.schema import Body, Page, time_of
from coronal_jobs.pipeline.catalogue import Catalogue
from coronal_jobs.records.job import Failure, Input, Job, State
from coronal_jobs.records.registry import RegistryKind

__all__ = ["JobBody", "JobsBody", "job_path"]


class ImageBody(Input):
    """An uploaded file."""


class Links(Body):
    """Links of a job."""

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
    def of(cls, reported: str) -> Self:
        """Parse a record's text: ``models digits 3``."""
        kind, name, version = reported.split()
        return cls.model_validate(
            {"kind": kind, "name": name, "version": version, "link": f"/v1/{kind}/{name}/{version}"}
        )


class StageGroupBody(Body):
    """Consecutive stages that one pool runs in memory."""

    pool: str
    stages: tuple[str, ...] = Field(description="Names of the stages.")
    versions: dict[str, str] = Field(description="Algorithms with the versions that it was planned for.")


class JobBody(Body):
    """A job."""

    id: str
    state: State
    revision: int = Field(description="Incremented by every change.")
    progress: float = Field(ge=0, le=1)
    stage: str = Field(description="The running stage; empty where none runs.")
    created: datetime
    started: datetime | None
    finished: datetime | None
    input: ImageBody
    reference: ImageBody | None = Field(description="The label map that stages compare with.")
    pipeline: Pipeline = Field(description="Has no stages where the job is a task.")
    task: TaskSpec | None = Field(
        description="The task that is run in place of a pipeline; null where there is none."
    )
    published: PublishedBody | None = Field(description="The data set or model version that it published.")
    replay_of: str | None = Field(description="Id of the job that it replays.")
    seed: int
    pool: str = Field(description="The current pool, or the last one.")
    stage_groups: tuple[StageGroupBody, ...] = Field(
        description="The stages, grouped by the pool that runs them."
    )
    error: Failure | None = Field(description="Why it failed.")
    warning: str | None = Field(description="Why it doesn't make progress at present.")
    batch: str | None = Field(description="Id of its batch.")
    item: int | None = Field(description="Its number in the batch, from 1 in the order of submission.")
    links: Links

    @classmethod
    def of(cls, job: Job, catalogue: Catalogue) -> Self:
        """Build it from a job's record and the catalogue."""
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
            stage_groups=tuple(_stage_group(job, number) for number in range(len(job.stage_groups))),
            error=job.failure,
            warning=_warning(job, catalogue),
            batch=job.batch or None,
            item=job.item or None,
            links=Links(
                itself=job_path(job.id), results=f"{job_path(job.id)}/results", log=f"{job_path(job.id)}/log"
            ),
        )


class JobsBody(Page):
    """A page of jobs, newest first."""

    jobs: tuple[JobBody, ...]


def job_path(job_id: str) -> str:
    """Return the path of a job."""
    return f"/v1/jobs/{job_id}"


def _stage_group(job: Job, number: int) -> StageGroupBody:
    stage_group = job.stage_groups[number]
    stages = job.pipeline.stages[stage_group.first : stage_group.end]
    return StageGroupBody(
        pool=stage_group.pool, stages=tuple(stage.name for stage in stages), versions=stage_group.versions
    )


def _warning(job: Job, catalogue: Catalogue) -> str | None:
    if job.state is not State.QUEUED:
        return None
    if job.pool not in catalogue.living:
        return f"no worker of pool {job.pool!r} is alive at present; the job waits"
    lacks = [job.missing_in(capabilities) for capabilities in catalogue.living[job.pool]]
    if not lacks or not all(lacks):
        return None
    return f"no live worker of pool {job.pool!r} has {lacks[-1]}, which it needs; the job waits"

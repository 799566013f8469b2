"""A job, as in its record."""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from coronal.pipelines.pipeline import NO_PIPELINE, Pipeline
from coronal.task_spec import EvaluationTask, TaskSpec
from coronal_jobs.pipeline.planning import StageGroup

__all__ = ["Artifact", "Failure", "Input", "Job", "Order", "State"]


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class State(StrEnum):
    """Where a job is on its way: ``queued → running → succeeded | failed | cancelled``."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing changes any more."""
        return self not in (State.QUEUED, State.RUNNING)


class Input(_Plain):
    """The file that was sent."""

    name: str = Field(description="Its name, as the sender gave it.")
    sha256: str
    size_bytes: int
    format: str = Field(description="The format that its first bytes are of.")


class Artifact(_Plain):
    """A file that a job has left."""

    name: str
    media_type: str
    size_bytes: int
    sha256: str
    pack: str = Field(default="", description="The pack that it stands in; empty where it is stored alone.")
    offset: int = Field(default=0, description="Where it begins there, in bytes.")

    @property
    def blob(self) -> str:
        """The name of what holds its bytes: of its pack, or its own digest."""
        return self.pack or self.sha256

    def described(self) -> dict[str, str | int]:
        """Return what clients see of it: all but where the bytes are."""
        return self.model_dump(exclude={"pack", "offset"})


class Failure(_Plain):
    """Why a job has failed."""

    code: str = Field(description="A stable word, e.g. bad-image, stage-error.")
    message: str
    stage: str = Field(default="", description="The stage that it happened in; empty outside of all.")


class _Ordered(_Plain):
    id: str
    input: Input
    reference: Input | None = Field(default=None, description="The label map that was sent with it.")
    pipeline: Pipeline = Field(default=NO_PIPELINE, description="Without stages where the job is a task.")
    task: TaskSpec | None = Field(
        default=None, description="What is done with the input in place of a pipeline."
    )
    replay_of: str = Field(default="", description="The job that it runs again; empty for none.")

    @property
    def models(self) -> tuple[str, ...]:
        """The SHA-256 of the models that it needs, each once."""
        judged = self.task.models if isinstance(self.task, EvaluationTask) else ()
        return tuple(dict.fromkeys((*self.pipeline.models, *(model.sha256 for model in judged))))

    @property
    def digests(self) -> tuple[str, ...]:
        """The SHA-256 of all files that it needs, each once."""
        files = [self.input.sha256, *([self.reference.sha256] if self.reference else [])]
        return tuple(dict.fromkeys((*files, *self.models)))


class Order(_Ordered):
    """What is admitted: a file, and what is to be done with it."""

    stage_groups: tuple[StageGroup, ...] = Field(min_length=1)
    seed: int = Field(default=0, ge=0)


class Job(_Ordered):
    """The whole record of a job; times are of Redis's clock, in ms since 1970."""

    state: State
    revision: int = Field(description="Grows with every change.")
    stage_groups: tuple[StageGroup, ...]
    seed: int
    stage_group: int = Field(description="The stage group that is due or running, counted from 0.")
    epoch: int = Field(description="Grows with each claim; what an older claim writes is refused.")
    created_ms: int
    started_ms: int = Field(default=0, description="When it was first claimed; 0 before that.")
    claimed_ms: int = Field(default=0, description="When it was last claimed; 0 before that.")
    finished_ms: int = Field(default=0, description="When it ended; 0 before that.")
    crashed_attempts: int = Field(
        default=0, description="How many workers have died while they ran this stage group."
    )
    retries: int = Field(default=0, description="How often this stage group was put back by itself.")
    restarts: int = Field(
        default=0, description="How often it began again because the case between two stage groups was lost."
    )
    any_version: bool = Field(
        default=False, description="Whether it takes other versions than it was planned for: it was retried."
    )
    stage: str = ""
    progress: float = Field(default=0.0, ge=0.0, le=1.0)
    snapshot: str | None = Field(
        default=None, description="SHA-256 of what the last stage group left for the next."
    )
    checkpoint: str | None = Field(default=None, description="SHA-256 of how far its task has come.")
    published: str = Field(
        default="", description="What it has made: e.g. `models digits 3`; empty for nothing."
    )
    artifacts: tuple[Artifact, ...] = ()
    failure: Failure | None = None
    batch: str = Field(default="", description="The batch that it is of; empty where it is of none.")
    item: int = Field(default=0, description="Its number in the batch, counted from 1 as it was sent.")

    @property
    def pool(self) -> str:
        """The pool whose turn it is."""
        return self.stage_groups[self.stage_group].pool

    def missing_in(self, found: Mapping[str, str]) -> str:
        """Return what a worker lacks of what is due: name and version; empty where it lacks nothing.

        Parameters
        ----------
        found
            The worker's capabilities: `coronal_jobs.pipeline.catalogue.Offer.capabilities`.
        """
        needs = dict(self.stage_groups[self.stage_group].versions)
        if self.snapshot is None and self.task is None:
            needs |= {f"format:{one.format}": "" for one in (self.input, self.reference) if one}
        lacking = (
            f"{name} {version}".strip()
            for name, version in needs.items()
            if name not in found or (found[name] != version and not self.any_version)
        )
        return min(lacking, default="")

    def order(self) -> Order:
        """Return what was ordered."""
        return Order.model_validate({name: getattr(self, name) for name in Order.model_fields})

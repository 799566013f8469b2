"""A batch: many images through one pipeline, each a job."""

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, Field

from coronal.pipelines.pipeline import Pipeline
from coronal_jobs.pipeline.planning import StageGroup
from coronal_jobs.records.job import Input, Order, State

__all__ = ["Batch", "BatchOrder", "Item", "RefusedItem"]


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Item(_Plain):
    """An image that was sent, and the job that it becomes."""

    number: int = Field(ge=1, description="Its number among all that was sent.")
    job: str = Field(description="The job's id.")
    input: Input
    reference: Input | None = Field(default=None, description="The label map that was sent with it.")


class RefusedItem(_Plain):
    """What was sent and not taken."""

    number: int = Field(ge=1, description="Its number among all that was sent.")
    name: str = Field(description="Its name, as the sender gave it.")
    code: str = Field(description="A stable word, e.g. unknown-format.")
    message: str


class BatchOrder(_Plain):
    """What is admitted: images, and what is to be done with each."""

    id: str
    pipeline: Pipeline
    stage_groups: tuple[StageGroup, ...] = Field(min_length=1)
    seed: int = Field(default=0, ge=0)
    items: tuple[Item, ...] = Field(min_length=1)
    refused: tuple[RefusedItem, ...] = ()

    def orders(self) -> Iterator[Order]:
        """Yield what each job of it would be if it had been ordered alone."""
        for item in self.items:
            yield Order(
                id=item.job,
                input=item.input,
                reference=item.reference,
                pipeline=self.pipeline,
                stage_groups=self.stage_groups,
                seed=self.seed,
            )


class Batch(_Plain):
    """What is known of a batch; its time is of Redis's clock, in ms since 1970."""

    id: str
    revision: int = Field(description="Grows with each change of a state in it.")
    created_ms: int
    pipeline: Pipeline
    seed: int
    counts: dict[State, int] = Field(description="How many of its jobs are in each state.")
    refused_count: int = Field(description="How many items were not taken.")
    refused: tuple[RefusedItem, ...] = Field(description="The first of them.")

    @property
    def job_count(self) -> int:
        """How many jobs it has; those that were deleted count no more."""
        return sum(self.counts.values())

    @property
    def is_final(self) -> bool:
        """Whether all its jobs are final."""
        return not any(count for state, count in self.counts.items() if not state.is_final)

    @property
    def progress(self) -> float:
        """The part of its jobs that is final, from 0 to 1."""
        final = sum(count for state, count in self.counts.items() if state.is_final)
        return final / self.job_count

"""A batch, as it is told."""

from datetime import datetime
from typing import Self

from pydantic import Field

from coronal_gateway.bodies.body import Body, time_of
from coronal_jobs.batch import Batch, RefusedItem
from coronal_jobs.pipeline import Pipeline

__all__ = ["BatchBody", "BatchesBody", "RefusedBody", "batch_path"]


class CountsBody(Body):
    """How many of its jobs are in each state, and how many items were not taken."""

    queued: int
    running: int
    succeeded: int
    failed: int
    cancelled: int
    refused: int


class BatchLinks(Body):
    """Where more is told."""

    itself: str = Field(serialization_alias="self")
    jobs: str
    refused: str
    measurements: str
    predictions: str
    comparison: str
    results: str


class BatchBody(Body):
    """A batch."""

    id: str
    revision: int = Field(description="Grows with each change of a state in it.")
    is_final: bool = Field(description="Whether all its jobs are final.")
    progress: float = Field(ge=0, le=1, description="The part of its jobs that is final.")
    counts: CountsBody
    created: datetime
    pipeline: Pipeline
    seed: int
    refused: tuple[RefusedItem, ...] = Field(
        description="What was not taken, and why; the first 100. Its link `refused` tells all."
    )
    links: BatchLinks

    @classmethod
    def of(cls, batch: Batch) -> Self:
        """Tell of a batch what its record says."""
        path = batch_path(batch.id)
        return cls(
            id=batch.id,
            revision=batch.revision,
            is_final=batch.is_final,
            progress=batch.progress,
            counts=CountsBody.model_validate({**batch.counts, "refused": batch.refused_count}),
            created=time_of(batch.created_ms),
            pipeline=batch.pipeline,
            seed=batch.seed,
            refused=batch.refused,
            links=BatchLinks(
                itself=path,
                jobs=f"{path}/jobs",
                refused=f"{path}/refused",
                measurements=f"{path}/results/measurements.csv",
                predictions=f"{path}/results/predictions.csv",
                comparison=f"{path}/results/comparison.csv",
                results=f"{path}/results/results.zip",
            ),
        )


class BatchesBody(Body):
    """Some batches, newest first."""

    batches: tuple[BatchBody, ...]
    next: str | None = Field(description="Where the next page is; null at the end.")


class RefusedBody(Body):
    """Some of what was sent with a batch and not taken, in the order in which it was sent."""

    refused: tuple[RefusedItem, ...]
    next: str | None = Field(description="Where the next page is; null at the end.")


def batch_path(batch_id: str) -> str:
    """Give the path of a batch."""
    return f"/v1/batches/{batch_id}"

"""Response bodies of batches."""

from datetime import datetime
from typing import Self

from pydantic import Field

from coronal.pipelines.pipeline import Pipeline
from coronal_gateway.http.schema import Body, Page, time_of
from coronal_jobs.records.batch import Batch, RefusedItem

__all__ = ["BatchBody", "BatchesBody", "RefusedBody", "batch_path"]


class CountsBody(Body):
    """Number of jobs in each state, and of refused items."""

    queued: int
    running: int
    succeeded: int
    failed: int
    cancelled: int
    refused: int


class BatchLinks(Body):
    """Links of a batch."""

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
    revision: int = Field(description="Incremented when a job changes its state.")
    is_final: bool = Field(description="Whether all its jobs are final.")
    progress: float = Field(ge=0, le=1, description="Fraction of its jobs that are final.")
    counts: CountsBody
    created: datetime
    pipeline: Pipeline
    seed: int
    refused: tuple[RefusedItem, ...] = Field(
        description="The first 100 refused items, with the reason. The link `refused` lists all."
    )
    links: BatchLinks

    @classmethod
    def of(cls, batch: Batch) -> Self:
        """Build it from a batch's record."""
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


class BatchesBody(Page):
    """A page of batches, newest first."""

    batches: tuple[BatchBody, ...]


class RefusedBody(Page):
    """A page of refused items of a batch, in the order of submission."""

    refused: tuple[RefusedItem, ...]


def batch_path(batch_id: str) -> str:
    """Return the path of a batch."""
    return f"/v1/batches/{batch_id}"

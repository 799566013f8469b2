"""Settings of a worker, from the environment and the command line."""

import os
from typing import Literal

from pydantic import Field

from coronal import ReadLimits
from coronal_jobs.settings import StoreSettings
from coronal_worker.limits import MOST_OBJECTS, Limits, share_of_memory
from coronal_worker.warden import Times

__all__ = ["WorkerSettings"]


class WorkerSettings(StoreSettings):
    """What a worker is told. Each is set by ``CORONAL_`` and its name in capitals."""

    pool: str = Field(
        default="default",
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        description="The pool that it belongs to: workers with one queue and, but while they are changed, "
        "the same plugins.",
    )
    processes: int = Field(
        default_factory=lambda: os.cpu_count() or 1, ge=1, description="How many jobs it runs at a time."
    )
    start_method: Literal["fork", "spawn"] = Field(
        default="fork",
        description="How its processes are started. fork: they share the memory of what plugins have "
        "imported; spawn: each begins anew, which takes longer, for libraries that can't be forked.",
    )
    lease_s: float = Field(
        default=60.0, gt=0, description="How long a job stays with a worker that is not heard of."
    )
    cancel_s: float = Field(
        default=2.0,
        ge=0,
        description="How long a process may go on with a cancelled job until it is killed.",
    )
    stage_limit_s: float = Field(default=3600.0, gt=0, description="The longest that a stage may run.")
    job_limit_s: float = Field(
        default=4 * 3600.0, gt=0, description="The longest from a job's first start to its end."
    )
    memory_bytes: int = Field(
        default=0,
        ge=0,
        description="How much memory a process may take beside libraries; 0 for its part of the machine's.",
    )
    most_values: int = Field(
        default=2**29, ge=1, description="The most values (pixels × channels) that an image may have."
    )
    most_inflated_bytes: int = Field(
        default=2**28, ge=1, description="The most bytes that a deflated DICOM file may become."
    )
    most_objects: int = Field(
        default=MOST_OBJECTS, ge=1, description="The most objects that a label map may have that is measured."
    )
    most_model_bytes: int = Field(
        default=2**30,
        ge=0,
        description="How large the models may be together that a process keeps in memory.",
    )
    max_parked_s: float = Field(
        default=600.0,
        gt=0,
        description="How long a job waits while workers of its pool live and none has the algorithms, in the "
        "versions, that it was planned for; then it fails as not-offered.",
    )
    grace_s: float = Field(
        default=10.0,
        ge=0,
        description="How long a running hop may go on after the worker was asked to stop; then its job is "
        "given back to the queue.",
    )

    @property
    def times(self) -> Times:
        """What the warden goes by: six beats a lease, and one a second, so that a cancel is quick."""
        return Times(self.lease_s, min(self.lease_s / 6, 1.0), self.cancel_s)

    @property
    def limits(self) -> Limits:
        """What a job may take."""
        memory_bytes = self.memory_bytes or share_of_memory(self.processes)
        read = ReadLimits(self.most_values, self.most_inflated_bytes)
        return Limits(self.stage_limit_s, self.job_limit_s, memory_bytes, read, self.most_objects)

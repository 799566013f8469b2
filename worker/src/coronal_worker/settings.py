"""Settings of a worker, from the environment and the command line."""

import os
from typing import Literal

from pydantic import Field

from coronal import ReadLimits
from coronal_jobs.settings import StoreSettings
from coronal_worker.running.limits import MAX_OBJECTS, Limits, memory_share_bytes
from coronal_worker.supervision.lease_supervisor import Times

__all__ = ["WorkerSettings"]


class WorkerSettings(StoreSettings):
    """Settings of a worker. Each is set by ``CORONAL_`` and its name in capitals."""

    pool: str = Field(
        default="default",
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        description="Name of its pool: workers that share a queue and, except while they are upgraded, "
        "have the same plugins.",
    )
    processes: int = Field(
        default_factory=lambda: os.cpu_count() or 1,
        ge=1,
        description="Number of jobs that it runs at a time, each in its own process.",
    )
    start_method: Literal["fork", "spawn"] = Field(
        default="fork",
        description="How its processes are started. fork: they share the memory of imported libraries; "
        "spawn: each is a new process, which starts more slowly, for libraries that can't be "
        "forked.",
    )
    lease_s: float = Field(
        default=60.0,
        gt=0,
        description="Lease of a claimed job: so long after the last renewal it is reclaimed from a worker.",
    )
    cancel_grace_s: float = Field(
        default=2.0,
        ge=0,
        description="How long a process may continue with a cancelled job before it is killed.",
    )
    stage_limit_s: float = Field(default=3600.0, gt=0, description="Time limit of a stage.")
    job_limit_s: float = Field(
        default=4 * 3600.0, gt=0, description="Time limit of a job, from its first start to its end."
    )
    memory_bytes: int = Field(
        default=0,
        ge=0,
        description="Memory limit of each process, beside libraries; 0 for an equal share of 90 % of the "
        "machine's or container's memory.",
    )
    max_values: int = Field(default=2**29, ge=1, description="Most values (pixels × channels) of an image.")
    max_inflated_bytes: int = Field(
        default=2**28, ge=1, description="Largest size of a deflated DICOM file after inflation."
    )
    max_objects: int = Field(
        default=MAX_OBJECTS, ge=1, description="Most objects in a label map that is measured."
    )
    max_model_bytes: int = Field(
        default=2**30,
        ge=0,
        description="Size of all models together that each process caches in memory.",
    )
    max_parked_s: float = Field(
        default=600.0,
        gt=0,
        description="How long a job waits while its pool has live workers, but none with the algorithms "
        "in the planned versions; then it fails as not-offered.",
    )
    shutdown_grace_s: float = Field(
        default=10.0,
        ge=0,
        description="Shutdown grace period: how long a running stage group may continue after a stop signal; "
        "then its job returns to the queue.",
    )

    @property
    def times(self) -> Times:
        """Intervals of the lease supervisor: six renewals a lease, at least one a second."""
        return Times(self.lease_s, min(self.lease_s / 6, 1.0), self.cancel_grace_s)

    @property
    def limits(self) -> Limits:
        """Limits of a job."""
        memory_bytes = self.memory_bytes or memory_share_bytes(self.processes)
        read = ReadLimits(self.max_values, self.max_inflated_bytes)
        return Limits(self.stage_limit_s, self.job_limit_s, memory_bytes, read, self.max_objects)

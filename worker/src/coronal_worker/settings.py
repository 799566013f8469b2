"""Settings of a worker, from the environment and the command line."""

import os

from pydantic import Field

from coronal_jobs.settings import StoreSettings

__all__ = ["WorkerSettings"]


class WorkerSettings(StoreSettings):
    """What a worker is told. Each is set by ``CORONAL_`` and its name in capitals."""

    pool: str = Field(
        default="default",
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        description="The pool that it belongs to: workers with one queue and the same plugins.",
    )
    processes: int = Field(
        default_factory=lambda: os.cpu_count() or 1, ge=1, description="How many jobs it runs at a time."
    )
    grace_s: float = Field(
        default=10.0,
        ge=0,
        description="How long a running hop may go on after the worker was asked to stop; then its job is "
        "given back to the queue.",
    )

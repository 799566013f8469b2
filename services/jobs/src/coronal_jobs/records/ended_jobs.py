"""The ends of jobs for which the plugins of a pool are still to be called (the hook `job_finished`).

The script that ends a job notes its end in the same step. A process of the job's pool takes it under a
lease, calls the hook and acknowledges it; one that dies in between leaves it to the next. So the hook is
called at least once.
"""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from coronal_jobs.records.connection import Connection
from coronal_jobs.records.job import Failure, State
from coronal_jobs.records.scripts import source_of

__all__ = ["MAX_HOOK_ATTEMPTS", "EndedJob", "EndedJobs"]

MAX_HOOK_ATTEMPTS = 3
"""How often an end is handed out: so many processes may die in the hook."""

_NOTIFY_AGAIN_MS = 60_000
_CANCELLED = Failure(code="cancelled", message="the job was cancelled")


class EndedJob(BaseModel):
    """One end of a job; a job that is retried has several."""

    model_config = ConfigDict(frozen=True)

    entry: str
    """What it is known by: the job's id and its revision then."""

    job: str
    state: State
    failure: Failure | None = None
    attempts: int

    @property
    def is_given_up(self) -> bool:
        """Whether it was handed out too often, and the hook is not to be called again."""
        return self.attempts > MAX_HOOK_ATTEMPTS

    @property
    def reason(self) -> Failure | None:
        """Why the job did not succeed; None where it did."""
        return _CANCELLED if self.state is State.CANCELLED else self.failure


class EndedJobs:
    """The ends of jobs in Redis, by pool."""

    def __init__(self, connection: Connection) -> None:
        names = ("take_ended", "acknowledge_ended", "notify_ended")
        self._scripts = {name: connection.register_script(source_of(name)) for name in names}

    def take(self, pool: str, *, lease_s: float, limit: int = 100) -> list[EndedJob]:
        """Take ends that are due; whoever has not acknowledged them when the lease is over loses them.

        Parameters
        ----------
        pool
            The pool that ran the jobs, or in which they waited.
        lease_s
            How long nobody else takes them.
        limit
            How many at most.
        """
        found = self._scripts["take_ended"](args=(pool, round(lease_s * 1000), MAX_HOOK_ATTEMPTS, limit))
        return [EndedJob.model_validate_json(one) for one in found]

    def acknowledge(self, pool: str, ended: Sequence[EndedJob]) -> None:
        """Write that the hook was called for these."""
        self._scripts["acknowledge_ended"](args=(pool, *(one.entry for one in ended)))

    def notify(self) -> int:
        """Notify the pools in which ends are due, and return how many they are."""
        return int(self._scripts["notify_ended"](args=(_NOTIFY_AGAIN_MS,)))

"""One process of a worker: runs a job at a time, and gives it back when it is asked to stop."""

import os
import signal
import threading
from collections.abc import Callable

from coronal_jobs.job import Job
from coronal_worker.hop import HopRunner

__all__ = ["GIVE_BACK", "PoolProcess"]

GIVE_BACK = signal.SIGUSR2
"""The signal upon which a process gives its job back and ends."""


class PoolProcess:
    """Claims and runs jobs in this process.

    A thread waits for the signal `GIVE_BACK`, so that a job is given back also while the main thread is deep
    inside a library and runs no Python.

    Parameters
    ----------
    make_runner
        Makes what runs the hops; called here, because connections must not be shared with another process.
    """

    def __init__(self, make_runner: Callable[[], HopRunner]) -> None:
        self._runner = make_runner()
        self._claiming = threading.Lock()
        self._job: Job | None = None
        signal.pthread_sigmask(signal.SIG_BLOCK, {GIVE_BACK})
        threading.Thread(target=self._await_stop, name="coronal-give-back", daemon=True).start()

    def work(self, job_id: str) -> None:
        """Answer a doorbell: claim the job and run its hop; nothing where there is nothing to claim."""
        with self._claiming:
            self._job = self._runner.jobs.claim(job_id, self._runner.pool)
        if self._job is not None:
            self._runner.run(self._job)
        with self._claiming:
            self._job = None

    def _await_stop(self) -> None:
        signal.sigwait({GIVE_BACK})
        with self._claiming:
            try:
                if self._job is not None:
                    self._runner.jobs.release(self._job)
            finally:
                os._exit(0)  # also where Redis is away

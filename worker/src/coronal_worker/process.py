"""One process of a worker: runs a job at a time."""

import logging
import os
import time
from pathlib import Path

from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.job import Job
from coronal_worker.claims import ClaimFile
from coronal_worker.hop import HopRunner
from coronal_worker.limits import Limits, limit_memory
from coronal_worker.output import Output

__all__ = ["PoolProcess"]

_log = logging.getLogger(__name__)


class PoolProcess:
    """Claims and runs jobs in this process.

    It leads a process group of its own, so that what a plugin has started can be ended with it.

    Parameters
    ----------
    runner
        Runs the hops; made in this process, because connections must not be shared with another.
    folder
        Where to tell what is claimed.
    limits
        How much memory and time a job may take.
    output
        Where what is printed goes.
    """

    def __init__(self, runner: HopRunner, folder: Path, limits: Limits, output: Output) -> None:
        os.setpgid(0, 0)
        limit_memory(limits.memory_bytes)
        self._runner = runner
        self._claim = ClaimFile(folder)
        self._limits = limits
        self._output = output

    def work(self, job_id: str) -> None:
        """Answer a doorbell: claim the job and run its hop; nothing where there is nothing to claim.

        Where Redis is away the job waits: its doorbell is rung again, or its lease ends.
        """
        try:
            job = self._runner.claim(job_id)
            if job is not None:
                self._run(job)
        except StoreUnavailable as away:
            _log.warning("%s: job %s waits", away, job_id)

    def _run(self, job: Job) -> None:
        spent_s = (job.claimed_ms - job.started_ms) / 1000
        ends_s = time.monotonic() + self._limits.of_job_s(job.pipeline) - spent_s
        self._claim.begin(job.id, job.epoch, ends_s=ends_s)
        self._output.begin(job.id)
        try:
            self._runner.run(job, self._claim, self._limits)
        finally:
            self._output.settle()
            self._claim.end()

"""A process of a worker's pool: claims and runs one job at a time."""

import logging
import os
import time
from pathlib import Path

from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.records.job import Job
from coronal_worker.running.limits import Limits, limit_memory
from coronal_worker.running.stage_group import StageGroupRunner
from coronal_worker.supervision.claims import ClaimFile
from coronal_worker.supervision.output_capture import CapturedOutput

__all__ = ["PoolProcess"]

_log = logging.getLogger(__name__)


class PoolProcess:
    """Claims and runs jobs in this process.

    It leads its own process group, so that child processes of a plugin can be killed with it.

    Parameters
    ----------
    runner
        Runner of stage groups; made in this process, because processes must not share connections.
    folder
        Folder for the claim file.
    limits
        Memory and time limits of a job.
    output
        Captured standard output and error.
    """

    def __init__(
        self, runner: StageGroupRunner, folder: Path, limits: Limits, output: CapturedOutput
    ) -> None:
        os.setpgid(0, 0)
        limit_memory(limits.memory_bytes)
        self._runner = runner
        self._claim = ClaimFile(folder)
        self._limits = limits
        self._output = output

    def handle(self, job_id: str) -> None:
        """Handle a notification: claim the job and run its next stage group, if it can be claimed.

        Then the plugins that watch are called for the jobs that have ended; a notification without a job
        is for that alone. Where Redis is away the job waits: its notification is redelivered, or
        its lease expires.
        """
        try:
            job = self._runner.claim(job_id) if job_id else None
            if job is not None:
                self._run(job)
            if not job_id or self._runner.plugins.watches_finished_jobs:
                self._runner.report_ends(self._claim)
        except StoreUnavailable as away:
            _log.warning("%s: job %s waits", away, job_id)

    def _run(self, job: Job) -> None:
        spent_s = (job.claimed_ms - job.started_ms) / 1000
        ends_s = time.monotonic() + self._limits.limit_of_job_s(job.pipeline) - spent_s
        self._claim.begin(job.id, job.epoch, ends_s=ends_s)
        self._output.begin(job.id)
        try:
            self._runner.run(job, self._claim, self._limits)
        finally:
            self._output.flush()
            self._claim.end()

"""A process of a worker's pool: claims jobs, and runs one at a time."""

import logging
import os
import time
from collections.abc import Sequence
from pathlib import Path

from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.records.job import Job
from coronal_worker.running.limits import Limits, limit_memory
from coronal_worker.running.stage_group import StageGroupRunner
from coronal_worker.supervision.claims import ClaimFile
from coronal_worker.supervision.output_capture import CapturedOutput

__all__ = ["PoolProcess"]

_log = logging.getLogger(__name__)

_MAX_CHUNK_S = 2.0
_CHUNK_OF_LEASE = 0.1
"""A chunk ends long before its leases do: those of jobs that wait in it are not renewed."""


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

    def handle(self, job_ids: str) -> None:
        """Handle a notification: claim as many of its jobs as are a chunk, and run their next stage group.

        Then the plugins that watch are called for the jobs that have ended; a notification without a job
        is for that alone. Where Redis is away the jobs wait: their notification is redelivered, or
        their leases expire.

        Parameters
        ----------
        job_ids
            Ids of the jobs, with spaces between.
        """
        try:
            jobs = self._runner.claim(job_ids) if job_ids else []
            if jobs:
                self._run(jobs)
            if not job_ids or self._runner.plugins.watches_finished_jobs:
                self._runner.report_ends(self._claim)
        except StoreUnavailable as away:
            _log.warning("%s: jobs wait: %s", away, job_ids)

    def _run(self, jobs: Sequence[Job]) -> None:
        lasts_s = min(_MAX_CHUNK_S, _CHUNK_OF_LEASE * self._runner.lease_s)
        claims = [(job.id, job.epoch) for job in jobs]
        self._claim.begin_chunk(claims, ends_s=time.monotonic() + lasts_s)
        try:
            for number, job in enumerate(jobs):
                if number and self._claim.is_dissolved:
                    break
                self._run_one(job)
            self._runner.commit_all()
        finally:
            self._output.flush()
            self._claim.end()

    def _run_one(self, job: Job) -> None:
        spent_s = (job.claimed_ms - job.started_ms) / 1000
        ends_s = time.monotonic() + self._limits.limit_of_job_s(job.pipeline) - spent_s
        self._output.begin(job.id)  # first: what was printed before is of the earlier claim
        self._claim.begin(job.id, job.epoch, ends_s=ends_s)
        self._runner.run(job, self._claim, self._limits)

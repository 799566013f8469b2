"""Captured output in the log of its job, or in the worker's log where no job ran."""

import logging
from collections.abc import Sequence
from pathlib import Path

from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.records.job_store import JobStore
from coronal_worker.running.job_log import timestamped
from coronal_worker.supervision.claims import ClaimFolder

__all__ = ["OutputLog"]

_log = logging.getLogger(__name__)


class OutputLog:
    """Writes printed lines to logs; while Redis is away they are dropped, and the job goes on.

    Parameters
    ----------
    jobs
        Store of the job logs.
    folder
        Folder of the claims: what a job has logged so far stands before what it printed then.
    """

    def __init__(self, jobs: JobStore, folder: Path) -> None:
        self._jobs = jobs
        self._claims = ClaimFolder(folder)

    def write(self, job_id: str, lines: Sequence[str]) -> None:
        """Write printed lines.

        Parameters
        ----------
        job_id
            Id of the job that ran; empty for none.
        lines
            Lines that were printed.
        """
        if not job_id:
            for line in lines:
                _log.info("%s", line)
            return
        try:
            claim = self._claims.of_job(job_id)
            if claim is not None:
                self._jobs.report(job_id, claim.epoch, self._claims.report(claim))
            self._jobs.log(job_id, *timestamped(lines))
        except StoreUnavailable as away:
            _log.warning("%s: printed output of job %s is dropped", away, job_id)

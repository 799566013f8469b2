"""Where what was printed is kept: in the log of its job, or in the worker's, where no job ran."""

import logging
from collections.abc import Sequence

from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.store.jobs import JobStore
from coronal_worker.job_log import stamped

__all__ = ["PrintedLines"]

_log = logging.getLogger(__name__)


class PrintedLines:
    """Keeps lines that were printed; while Redis is away they are lost, and the work goes on.

    Parameters
    ----------
    jobs
        The records.
    """

    def __init__(self, jobs: JobStore) -> None:
        self._jobs = jobs

    def store(self, job_id: str, lines: Sequence[str]) -> None:
        """Keep lines.

        Parameters
        ----------
        job_id
            The job that ran; empty for none.
        lines
            What was printed.
        """
        if not job_id:
            for line in lines:
                _log.info("%s", line)
            return
        try:
            self._jobs.log(job_id, *stamped(lines))
        except StoreUnavailable as away:
            _log.warning("%s: what job %s has printed is lost", away, job_id)

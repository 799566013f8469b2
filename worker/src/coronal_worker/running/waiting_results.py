"""Results of finished jobs that wait, for a moment, to be written and committed with those of others."""

import time
from dataclasses import dataclass

from coronal import ResultFile
from coronal_jobs.blobs.packs import MAX_PACK_BYTES
from coronal_jobs.records.claim_report import Report
from coronal_jobs.records.job import Job

__all__ = ["Finished", "WaitingResults"]


@dataclass(frozen=True, slots=True)
class Finished:
    """A claimed job whose last stage group is done.

    Parameters
    ----------
    job
        The record as it was claimed.
    files
        Its result files.
    report
        What the claim has logged, and not yet reported.
    took_s
        How long the stage group has taken.
    """

    job: Job
    files: list[ResultFile]
    report: Report
    took_s: float


class WaitingResults:
    """Finished jobs in the order in which they have finished, until they are taken.

    Parameters
    ----------
    max_wait_s
        How long the first of them waits for others.
    """

    def __init__(self, max_wait_s: float = 0.2) -> None:
        self.max_wait_s = max_wait_s
        self._finished: list[Finished] = []
        self._since_s = 0.0
        self._size_bytes = 0

    def add(self, one: Finished) -> None:
        """Add a finished job."""
        if not self._finished:
            self._since_s = time.monotonic()
        self._finished.append(one)
        self._size_bytes += sum(len(file.content) for file in one.files)

    @property
    def is_due(self) -> bool:
        """Whether they have waited for long, or are as large as a pack may be."""
        waited_s = time.monotonic() - self._since_s
        return bool(self._finished) and (waited_s > self.max_wait_s or self._size_bytes >= MAX_PACK_BYTES)

    def take(self) -> list[Finished]:
        """Return all of them; none waits any more."""
        taken, self._finished, self._size_bytes = self._finished, [], 0
        return taken

"""One round after the other: all that a janitor does."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from coronal_jobs.errors import NotFound, StoreUnavailable
from coronal_jobs.store.holdings import Holdings
from coronal_jobs.store.jobs import JobStore

__all__ = ["Janitor", "Round"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Round:
    """What a round has done, in numbers of jobs and blobs."""

    taken: int = 0
    rung: int = 0
    expired: int = 0
    removed: int = 0


@dataclass(frozen=True, slots=True)
class Janitor:
    """Keeps the records in order.

    Parameters
    ----------
    jobs, holdings
        The records, and which blobs are wanted.
    keep_s
        How long a job is kept after its end.
    """

    jobs: JobStore
    holdings: Holdings
    keep_s: float

    def round(self) -> Round:
        """Do all that is due once."""
        taken = sum(self.jobs.lose(one) != "stale" for one in self.jobs.overdue())
        rung = self.jobs.ring()
        expired, unnamed = self._expire()
        removed = self.holdings.remove([*unnamed, *self.holdings.end_old_holds()])
        self.jobs.note_round()
        return Round(taken, rung, expired, removed)

    def run(self, is_stopped: Callable[[float], bool], *, every_s: float) -> None:
        """Do rounds until told to stop.

        Parameters
        ----------
        is_stopped
            Waits for so many seconds, and tells whether to stop.
        every_s
            The time between two rounds.
        """
        while not is_stopped(every_s):
            try:
                done = self.round()
            except StoreUnavailable:
                _log.warning("Redis is away: nothing can be put in order")
                continue
            if done != Round():
                _log.info("%s", done)

    def _expire(self) -> tuple[int, list[str]]:
        unnamed: list[str] = []
        expired = 0
        for job_id in self.jobs.finished_before(self.keep_s):
            try:
                unnamed += self.jobs.delete(job_id).unnamed
                expired += 1
            except NotFound:  # another janitor was quicker
                continue
        return expired, unnamed

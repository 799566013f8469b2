"""One round after the other: all that a janitor does."""

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from coronal_jobs.errors import NotFound, StoreUnavailable
from coronal_jobs.job import Job
from coronal_jobs.store.admission import Terms
from coronal_jobs.store.holdings import Holdings
from coronal_jobs.store.intake import Entry, names_of
from coronal_jobs.store.jobs import JobStore

__all__ = ["Janitor", "Round"]

_MOST_REMOVED = 1_000
"""How many blobs a round removes: with slow blobs more would keep others waiting."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Round:
    """What a round has done, in numbers of jobs, blobs, and torn files of killed writers."""

    taken: int = 0
    rung: int = 0
    expired: int = 0
    removed: int = 0
    swept: int = 0


@dataclass(frozen=True, slots=True)
class Janitor:
    """Keeps the records in order.

    Parameters
    ----------
    jobs, holdings
        The records, and which blobs are wanted.
    keep_s
        How long a job is kept after its end.
    min_rewrite_s
        The shortest time between two rewrites of Redis's file, which take the names of deleted jobs out.
    """

    jobs: JobStore
    holdings: Holdings
    keep_s: float
    min_rewrite_s: float = 600.0

    def round(self) -> Round:
        """Do all that is due once."""
        taken = sum(self.jobs.lose(one) != "stale" for one in self.jobs.overdue())
        rung = self.jobs.ring()
        self.jobs.note_round()  # what follows may take long where the blobs are slow
        expired = self._expire()
        self.jobs.note_round()
        self.holdings.end_old_holds()
        # Of this round, and of those who died between letting go of them and removing them.
        removed = self.holdings.remove(self.holdings.unnamed(most=_MOST_REMOVED))
        swept = self.holdings.sweep()
        self.jobs.rewriting.look(min_interval_s=self.min_rewrite_s)
        self.jobs.note_round()
        return Round(taken, rung, expired, removed, swept)

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
            except StoreUnavailable as away:
                _log.warning("%s: nothing can be put in order", away)
                continue
            if done != Round():
                _log.info("%s", done)

    def _expire(self) -> int:
        """Delete jobs that are too old: what would bring them back first, and for good."""
        old = [job for one in self.jobs.finished_before(self.keep_s) for job in self._found(one)]
        self.holdings.intake.remove(name for job in old for name in names_of(job))
        return sum(map(self._delete, old))

    def _found(self, job_id: str) -> Iterator[Job]:
        with suppress(NotFound):  # another janitor was quicker
            yield self.jobs.get(job_id)

    def _delete(self, job: Job) -> bool:
        try:
            done = self.jobs.delete(job.id, finished_ms=job.finished_ms)
        except NotFound:  # another janitor was quicker
            return False
        if done.answer == "stale":  # somebody has retried it meanwhile: it is wanted
            self.holdings.intake.put(Entry.of(job.order(), Terms()))
        return done.answer == "deleted"

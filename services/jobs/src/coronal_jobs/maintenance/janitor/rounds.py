"""The rounds of a janitor."""

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass

from coronal_jobs.blobs.references import BlobReferences
from coronal_jobs.errors import NotFound, StoreUnavailable
from coronal_jobs.journal.submission_journal import Entry, names_of
from coronal_jobs.log_lines import log_event
from coronal_jobs.records.admission import Terms
from coronal_jobs.records.job import Job
from coronal_jobs.records.job_store import JobStore

__all__ = ["Janitor", "Round"]

_MAX_REMOVED = 1_000
"""Blobs that a round removes at most: with a slow blob store more would delay the other work."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Round:
    """Counts of a round: jobs, blobs, and temporary files of killed writers."""

    reclaimed: int = 0
    redelivered: int = 0
    expired: int = 0
    removed: int = 0
    swept: int = 0


@dataclass(frozen=True, slots=True)
class Janitor:
    """Reclaims, redelivers, expires and removes what is due.

    Parameters
    ----------
    jobs, blob_references
        The records of jobs, and the references to blobs.
    keep_s
        Retention of a finished job, in s.
    min_rewrite_s
        Minimum interval between rewrites of Redis's file, which remove the names of deleted jobs.
    """

    jobs: JobStore
    blob_references: BlobReferences
    keep_s: float
    min_rewrite_s: float = 600.0

    def round(self) -> Round:
        """Do everything that is due, once."""
        reclaimed = sum(self.jobs.reclaim(one) != "stale" for one in self.jobs.expired_leases())
        redelivered = self.jobs.redeliver()
        self.jobs.ended.notify()
        self.jobs.note_round()  # what follows may take long where the blobs are slow
        expired = self._expire()
        self.jobs.note_round()
        self.blob_references.expire_pins()
        # Those of this round, and those of processes that died between unreferencing and removing them.
        removed = self.blob_references.remove(self.blob_references.unreferenced(limit=_MAX_REMOVED))
        swept = self.blob_references.sweep()
        self.jobs.rewriting.look(min_interval_s=self.min_rewrite_s)
        self.jobs.note_round()
        return Round(reclaimed, redelivered, expired, removed, swept)

    def run(self, is_stopped: Callable[[float], bool], *, every_s: float) -> None:
        """Do rounds until asked to stop.

        Parameters
        ----------
        is_stopped
            Waits for a number of seconds, and returns whether to stop.
        every_s
            Time between two rounds, in s.
        """
        while not is_stopped(every_s):
            try:
                done = self.round()
            except StoreUnavailable as away:
                _log.warning("%s: the round is skipped", away)
                continue
            if done != Round():
                log_event(_log, logging.INFO, "janitor.round", **asdict(done))

    def _expire(self) -> int:
        """Delete expired jobs: their journal entries first, so that no recovery brings one back."""
        old = [job for one in self.jobs.finished_before(self.keep_s) for job in self._found(one)]
        self.blob_references.submission_journal.remove(name for job in old for name in names_of(job))
        return sum(map(self._delete, old))

    def _found(self, job_id: str) -> Iterator[Job]:
        with suppress(NotFound):  # another janitor was quicker
            yield self.jobs.get(job_id)

    def _delete(self, job: Job) -> bool:
        try:
            done = self.jobs.delete(job.id, finished_ms=job.finished_ms)
        except NotFound:  # another janitor was quicker
            return False
        if done.answer == "stale":  # it was retried meanwhile
            self.blob_references.submission_journal.put(Entry.of(job.order(), Terms()))
        return done.answer == "deleted"

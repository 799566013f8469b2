"""Recovery of jobs from the submission journal: known, admitted again, or reported with the reason."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from coronal_jobs.blobs.references import BlobReferences
from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.errors import NotFound
from coronal_jobs.journal.submission_journal import Entry, Name, Unreadable, names_of
from coronal_jobs.records.job_store import JobStore

__all__ = ["Outcome", "Recovery"]

_AT_ONCE = 1_000


class Outcome(StrEnum):
    """The outcome of an entry."""

    KNOWN = "known"
    ADMITTED = "admitted again"
    REPEATED = "sent again with a key whose job is there"
    GONE = "deleted meanwhile"
    ON_ITS_WAY = "on their way"
    UNREADABLE = "unreadable"
    NO_IMAGE = "without their image"

    @property
    def is_bad(self) -> bool:
        """Whether a job may be lost."""
        return self in (Outcome.UNREADABLE, Outcome.NO_IMAGE)


@dataclass(frozen=True, slots=True)
class Recovery:
    """Admits again each job that Redis has lost, and leaves known ones alone.

    It may run repeatedly, and beside everything else: a job keeps its id, and is admitted once under it.

    Parameters
    ----------
    jobs, blob_references, blobs
        The records of jobs, the references to blobs, and the blobs.
    report
        Called with the job's id for each bad outcome.
    """

    jobs: JobStore
    blob_references: BlobReferences
    blobs: BlobStore
    report: Callable[[str, Outcome], None]

    def run(self) -> Counter[Outcome]:
        """Recover every entry, oldest first, and count the outcomes.

        Raises
        ------
        StoreFull
            When Redis has no room for all of them; those before are admitted.
        StoreUnavailable
            When Redis or the blob store doesn't answer.
        """
        counts: Counter[Outcome] = Counter()
        for name, outcome in self._look():
            counts[outcome] += 1
            if outcome.is_bad:
                self.report(name.job_id, outcome)
        return counts

    def _look(self) -> Iterator[tuple[Name, Outcome]]:
        everything = self.blob_references.submission_journal.names()
        for first in range(0, len(everything), _AT_ONCE):
            names = everything[first : first + _AT_ONCE]
            # Before the entries are read: one whose record was deleted since is gone by then.
            known = self.jobs.known([name.job_id for name in names])
            for name in names:
                yield name, Outcome.KNOWN if name.job_id in known else self._unless_pinned(name)

    def _unless_pinned(self, name: Name) -> Outcome:
        """Recover an entry; one that a gateway is just writing is not bad."""
        outcome = self._recover(name)
        is_pinned_now = outcome.is_bad and self.blob_references.is_pinned(name.job_id, name.sha256)
        return Outcome.ON_ITS_WAY if is_pinned_now else outcome

    def _recover(self, name: Name) -> Outcome:
        try:
            entry = self.blob_references.submission_journal.read(name)
        except NotFound:
            return Outcome.GONE
        except Unreadable:
            return Outcome.UNREADABLE
        return self._admit(entry) if all(map(self.blobs.has, entry.order.digests)) else Outcome.NO_IMAGE

    def _admit(self, entry: Entry) -> Outcome:
        admission = self.jobs.admit(entry.order, entry.terms())
        if admission.answer == "conflict":
            # The key maps to another order by now; both orders were accepted.
            admission = self.jobs.admit(entry.order, replace(entry.terms(), known_digest=""))
        if not admission.is_written:
            self._forget(entry)
            return Outcome.REPEATED
        if not self.blob_references.submission_journal.has(entry.name):
            # Its gateway was refused meanwhile, has reported that, and removed the entry.
            self.jobs.delete(entry.order.id)
            return Outcome.GONE
        return Outcome.ADMITTED if admission else Outcome.KNOWN

    def _forget(self, entry: Entry) -> None:
        self.blob_references.submission_journal.remove(names_of(entry.order))
        self.blob_references.remove(entry.order.digests)

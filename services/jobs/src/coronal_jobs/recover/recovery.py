"""Each entry of the intake is looked at: its job is known, or is admitted again, or it is told why not."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from coronal_jobs.errors import NotFound
from coronal_jobs.store.blobs import BlobStore
from coronal_jobs.store.holdings import Holdings
from coronal_jobs.store.intake import Entry, Name, Unreadable, names_of
from coronal_jobs.store.jobs import JobStore

__all__ = ["Outcome", "Recovery"]

_AT_ONCE = 1_000


class Outcome(StrEnum):
    """What has become of an entry."""

    KNOWN = "known"
    ADMITTED = "admitted again"
    REPEATED = "sent again with a key whose job is there"
    GONE = "deleted meanwhile"
    ON_ITS_WAY = "on their way"
    UNREADABLE = "unreadable"
    NO_IMAGE = "without their image"

    @property
    def is_bad(self) -> bool:
        """Whether a job may be lost by it."""
        return self in (Outcome.UNREADABLE, Outcome.NO_IMAGE)


@dataclass(frozen=True, slots=True)
class Recovery:
    """Admits again each job that Redis has forgotten, and leaves alone those that it knows.

    It may run twice, and while all else runs: a job has one id for ever, and is admitted once under it.

    Parameters
    ----------
    jobs, holdings, blobs
        The records, which blobs are wanted, and the blobs.
    tell
        Is told of each entry that is bad, by its job's id.
    """

    jobs: JobStore
    holdings: Holdings
    blobs: BlobStore
    tell: Callable[[str, Outcome], None]

    def run(self) -> Counter[Outcome]:
        """Look at every entry, the oldest first, and count what has become of them.

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
                self.tell(name.job_id, outcome)
        return counts

    def _look(self) -> Iterator[tuple[Name, Outcome]]:
        everything = self.holdings.intake.names()
        for first in range(0, len(everything), _AT_ONCE):
            names = everything[first : first + _AT_ONCE]
            # Before the entries are read: one whose record was deleted since is gone by then.
            known = self.jobs.known([name.job_id for name in names])
            for name in names:
                yield name, Outcome.KNOWN if name.job_id in known else self._unless_held(name)

    def _unless_held(self, name: Name) -> Outcome:
        """Recover, but call nothing bad that a gateway is writing at this moment."""
        outcome = self._recover(name)
        is_held = outcome.is_bad and self.holdings.is_held(name.job_id, name.sha256)
        return Outcome.ON_ITS_WAY if is_held else outcome

    def _recover(self, name: Name) -> Outcome:
        try:
            entry = self.holdings.intake.read(name)
        except NotFound:
            return Outcome.GONE
        except Unreadable:
            return Outcome.UNREADABLE
        return self._admit(entry) if all(map(self.blobs.has, entry.order.digests)) else Outcome.NO_IMAGE

    def _admit(self, entry: Entry) -> Outcome:
        admission = self.jobs.admit(entry.order, entry.terms())
        if admission.answer == "conflict":
            # Its key stands for another order by now; each of the two was accepted.
            admission = self.jobs.admit(entry.order, replace(entry.terms(), known_digest=""))
        if not admission.is_written:
            self._forget(entry)
            return Outcome.REPEATED
        if not self.holdings.intake.has(entry.name):
            # Its gateway, which lives, was refused and has told so.
            self.jobs.delete(entry.order.id)
            return Outcome.GONE
        return Outcome.ADMITTED if admission else Outcome.KNOWN

    def _forget(self, entry: Entry) -> None:
        self.holdings.intake.remove(names_of(entry.order))
        self.holdings.remove(entry.order.digests)

"""Recovery of data sets and models from the version journal: each is known, or published again."""

from collections import Counter
from collections.abc import Callable
from enum import StrEnum

from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.errors import NotFound
from coronal_jobs.journal.submission_journal import Unreadable
from coronal_jobs.records.registry_store import Registry

__all__ = ["VersionOutcome", "recover_versions"]


class VersionOutcome(StrEnum):
    """The outcome of a version of a data set or model."""

    KNOWN = "known"
    PUBLISHED = "published again"
    GONE = "deleted meanwhile"
    UNREADABLE = "unreadable"
    NO_FILE = "without their files"

    @property
    def is_bad(self) -> bool:
        """Whether a version may be lost."""
        return self in (VersionOutcome.UNREADABLE, VersionOutcome.NO_FILE)


def recover_versions(
    registry: Registry, blobs: BlobStore, report: Callable[[str, VersionOutcome], None]
) -> Counter[VersionOutcome]:
    """Publish again what Redis has lost, leave known versions alone, and count the outcomes.

    Parameters
    ----------
    registry, blobs
        The registry in Redis with its version journal, and the blobs.
    report
        Called with the journal key for each bad outcome.

    Raises
    ------
    StoreFull
        When Redis has no room for all of them; those before are published.
    StoreUnavailable
        When Redis or the blob store doesn't answer.
    """
    counts: Counter[VersionOutcome] = Counter()
    for place in registry.version_journal.places():
        outcome = _recover(registry, blobs, place)
        counts[outcome] += 1
        if outcome.is_bad:
            report(place, outcome)
    for named in registry.version_journal.names():
        registry.restore(named)
    return counts


def _recover(registry: Registry, blobs: BlobStore, place: str) -> VersionOutcome:
    try:
        version = registry.version_journal.read(place)
    except NotFound:
        return VersionOutcome.GONE
    except Unreadable:
        return VersionOutcome.UNREADABLE
    if not all(map(blobs.has, version.digests)):
        return VersionOutcome.NO_FILE
    return VersionOutcome.PUBLISHED if registry.publish(version) else VersionOutcome.KNOWN

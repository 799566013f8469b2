"""Each version that lies beside the blobs is looked at: it is known, or is published again."""

from collections import Counter
from collections.abc import Callable
from enum import StrEnum

from coronal_jobs.errors import NotFound
from coronal_jobs.store.blobs import BlobStore
from coronal_jobs.store.intake import Unreadable
from coronal_jobs.store.registry import Registry

__all__ = ["VersionOutcome", "recover_versions"]


class VersionOutcome(StrEnum):
    """What has become of a version of a data set or a model."""

    KNOWN = "known"
    PUBLISHED = "published again"
    GONE = "deleted meanwhile"
    UNREADABLE = "unreadable"
    NO_FILE = "without their files"

    @property
    def is_bad(self) -> bool:
        """Whether a version may be lost by it."""
        return self in (VersionOutcome.UNREADABLE, VersionOutcome.NO_FILE)


def recover_versions(
    registry: Registry, blobs: BlobStore, tell: Callable[[str, VersionOutcome], None]
) -> Counter[VersionOutcome]:
    """Publish what Redis has forgotten, leave alone what it knows, and count what has become of them.

    Parameters
    ----------
    registry, blobs
        What Redis knows, with the shelf, and the blobs.
    tell
        Is told of each version that is bad, by where it lies.

    Raises
    ------
    StoreFull
        When Redis has no room for all of them; those before are published.
    StoreUnavailable
        When Redis or the blob store doesn't answer.
    """
    counts: Counter[VersionOutcome] = Counter()
    for place in registry.shelf.places():
        outcome = _recover(registry, blobs, place)
        counts[outcome] += 1
        if outcome.is_bad:
            tell(place, outcome)
    for named in registry.shelf.names():
        registry.restore(named)
    return counts


def _recover(registry: Registry, blobs: BlobStore, place: str) -> VersionOutcome:
    try:
        version = registry.shelf.read(place)
    except NotFound:
        return VersionOutcome.GONE
    except Unreadable:
        return VersionOutcome.UNREADABLE
    if not all(map(blobs.has, version.digests)):
        return VersionOutcome.NO_FILE
    return VersionOutcome.PUBLISHED if registry.publish(version) else VersionOutcome.KNOWN

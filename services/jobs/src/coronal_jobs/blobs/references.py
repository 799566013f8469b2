"""References to blobs, and the removal of those that nothing references."""

import time
from collections.abc import Sequence

from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.journal.submission_journal import SubmissionJournal
from coronal_jobs.journal.version_journal import VersionJournal
from coronal_jobs.records.connection import Connection
from coronal_jobs.records.registry_store import Registry
from coronal_jobs.records.scripts import source_of

__all__ = ["PIN_S", "BlobReferences"]

PIN_S = 3600.0
"""How long a pin keeps a blob that no record references yet."""

_TORN_S = 24 * 3600.0
_WAIT_S = 0.01
_MAX_WAITS = 200


class BlobReferences:
    """Pins blobs until a record references them, and removes the unreferenced ones.

    The order of steps makes a lock on files unnecessary: a writer pins, writes the bytes, and then lets a
    record reference them; garbage collection marks an unreferenced blob for deletion, and then removes its
    bytes. What a journal references stays, even when Redis has lost all records.

    Attributes
    ----------
    submission_journal
        The orders, beside the blobs.
    registry
        The data sets and models, with their version journal.
    """

    def __init__(
        self,
        connection: Connection,
        blobs: BlobStore,
        submission_journal: SubmissionJournal | None = None,
        version_journal: VersionJournal | None = None,
    ) -> None:
        self._redis = connection
        self._blobs = blobs
        self.submission_journal = submission_journal or SubmissionJournal(blobs.objects)
        self.registry = Registry(connection, version_journal or VersionJournal(blobs.objects))
        self._pin, self._unpin, self._mark_for_deletion, self._expire_pins = (
            connection.register_script(source_of(name))
            for name in ("pin", "unpin", "mark_for_deletion", "expire_pins")
        )

    def pin(self, owner: str, digests: Sequence[str]) -> None:
        """Keep blobs that are about to be written, until a record references them or `PIN_S` have passed.

        Parameters
        ----------
        owner
            Id of the job or batch, or ``ID/EPOCH`` of the claim, whose record will reference them.
        digests
            Their SHA-256.

        Raises
        ------
        StoreUnavailable
            When the same bytes are being removed for longer than 2 s.
        """
        for _ in range(_MAX_WAITS):
            if self._pin(args=[owner, round(PIN_S * 1000), *digests]) == "pinned":
                return
            time.sleep(_WAIT_S)
        raise StoreUnavailable("the same image is being removed at this moment")

    def is_pinned(self, owner: str, sha256: str) -> bool:
        """Return whether an owner pins a blob."""
        return self._redis.execute_command("ZSCORE", "coronal:pins", f"{sha256} {owner}") is not None

    def unpin(self, owner: str, digests: Sequence[str]) -> list[str]:
        """Remove an owner's pins, and return the blobs that are unreferenced now."""
        return list(self._unpin(args=[owner, *digests]))

    def remove(self, digests: Sequence[str]) -> int:
        """Delete the bytes of those blobs that are unreferenced, and return how many were there."""
        removed = 0
        for sha256 in digests:
            if self._mark_for_deletion(args=[sha256]) == "marked":
                if not self._is_journalled(sha256):
                    removed += self._blobs.delete(sha256)
                # In this order: once the mark is gone the blob may be written and unreferenced again.
                self._redis.ask_all(
                    ("SREM", "coronal:unreferenced", sha256), ("DEL", f"coronal:deleting:{sha256}")
                )
        return removed

    def unreferenced(self, *, limit: int = 10_000) -> list[str]:
        """Return blobs that nothing references, and whose bytes are still there."""
        return list(self._redis.execute_command("SRANDMEMBER", "coronal:unreferenced", limit))

    def sweep(self) -> int:
        """Delete the files that killed writers left more than a day ago, and return their number."""
        return self._blobs.sweep(older_than_s=_TORN_S)

    def expire_pins(self, *, limit: int = 1_000) -> list[str]:
        """Remove expired pins, and return the blobs that are unreferenced now."""
        return list(self._expire_pins(args=[limit]))

    def _is_journalled(self, sha256: str) -> bool:
        journals = (self.submission_journal, self.registry.version_journal)
        return any(journal.references_blob(sha256) for journal in journals)

"""Pins of a batch's images, from the first that arrives until their jobs reference all of them."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from coronal_jobs.blobs.references import PIN_S, BlobReferences
from coronal_jobs.errors import StoreUnavailable

__all__ = ["BatchPins"]

_RENEW_S = PIN_S / 4


class BatchPins:
    """Pins of the blobs of a batch that no record references yet.

    The pins of a gateway that dies expire, and then the blobs are removed.

    Parameters
    ----------
    blob_references
        References to blobs.
    owner
        Id of the batch.
    """

    def __init__(self, blob_references: BlobReferences, owner: str) -> None:
        self._blob_references = blob_references
        self._owner = owner
        self._digests: list[str] = []
        self._renewed_s = time.monotonic()

    def add(self, digests: Sequence[str]) -> None:
        """Pin blobs that are about to be written; StoreUnavailable when Redis doesn't answer."""
        self._blob_references.pin(self._owner, digests)
        self._digests += digests

    def renewed(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Yield pieces as they arrive, and renew the pins where that takes long."""
        for piece in pieces:
            if time.monotonic() - self._renewed_s > _RENEW_S:
                self._blob_references.pin(self._owner, self._digests)
                self._renewed_s = time.monotonic()
            yield piece

    def remove(self) -> None:
        """Remove the pins, and the bytes that no record references then."""
        with suppress(StoreUnavailable):  # pins expire
            self._blob_references.remove(self._blob_references.unpin(self._owner, self._digests))

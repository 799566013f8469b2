"""What keeps the images of a batch, from the first that has come until all are named by their jobs."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.store.holdings import HOLD_S, Holdings

__all__ = ["BatchHolds"]

_RENEW_S = HOLD_S / 4


class BatchHolds:
    """The blobs of a batch that no record names yet.

    A gateway that dies leaves holds that end by themselves, and then the blobs go.

    Parameters
    ----------
    holdings
        Which blobs are wanted.
    holder
        The batch's id.
    """

    def __init__(self, holdings: Holdings, holder: str) -> None:
        self._holdings = holdings
        self._holder = holder
        self._digests: list[str] = []
        self._renewed_s = time.monotonic()

    def add(self, digests: Sequence[str]) -> None:
        """Hold blobs that are about to be written; StoreUnavailable when Redis doesn't answer."""
        self._holdings.hold(self._holder, digests)
        self._digests += digests

    def renewed(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Give pieces as they come, and hold all for as long again where that takes long."""
        for piece in pieces:
            if time.monotonic() - self._renewed_s > _RENEW_S:
                self._holdings.hold(self._holder, self._digests)
                self._renewed_s = time.monotonic()
            yield piece

    def drop(self) -> None:
        """Let go of all that no job names, and remove the bytes that nobody wants then."""
        with suppress(StoreUnavailable):  # the holds end by themselves
            self._holdings.remove(self._holdings.drop(self._holder, self._digests))

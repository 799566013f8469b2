"""Whether there is room for more work, looked at before any of it is taken in."""

import time
from contextlib import suppress
from dataclasses import dataclass

from coronal_jobs.errors import NotFound, StoreFull
from coronal_jobs.store.blobs import BlobStore
from coronal_jobs.store.connection import Connection

__all__ = ["MOST_MEMORY_PART", "Capacity"]

MOST_MEMORY_PART = 0.75
"""The part of Redis's memory that new jobs may fill; the rest is for ending those that were admitted."""

_LOOK_EVERY_S = 1.0
_PROBE_MS = 60_000
_NO_BLOB = "0" * 64


@dataclass(frozen=True, slots=True)
class _Room:
    memory_part: float
    free_bytes: int | None


class Capacity:
    """Tells whether new work can be kept.

    Only what takes in new work asks: workers still commit what was admitted, for which the rest is kept free.

    Parameters
    ----------
    connection
        The Redis; it counts as full above `MOST_MEMORY_PART` of its ``maxmemory``, and never where it has
        none.
    blobs
        The blob store; it counts as full where fewer bytes are free on its disk than must be.
    least_free_bytes
        How many must be.
    """

    def __init__(self, connection: Connection, blobs: BlobStore, *, least_free_bytes: int) -> None:
        self._redis = connection
        self._blobs = blobs
        self._least_free_bytes = least_free_bytes
        self._seen: tuple[float, _Room] | None = None

    def require_room(self) -> None:
        """Do nothing; but raise when there is no room for another job, as it was a second ago at most.

        Raises
        ------
        StoreFull
            When Redis or the disk is nearly full.
        StoreUnavailable
            When Redis doesn't answer.
        """
        room = self._recent()
        if room.memory_part > MOST_MEMORY_PART:
            raise StoreFull("the store of records is nearly full: jobs must end or be deleted first")
        if room.free_bytes is not None and room.free_bytes < self._least_free_bytes:
            raise StoreFull("the store of images and results is nearly full: jobs must be deleted first")

    def require_writes(self) -> None:
        """Do nothing; but raise when Redis or the blob store can't write something now.

        Raises
        ------
        StoreFull
            When Redis's memory, its disk or that of the blobs is full.
        StoreUnavailable
            When one of them doesn't answer, or can't write for another reason.
        """
        self._redis.execute_command("SET", "coronal:probe", 1, "PX", _PROBE_MS)
        with self._blobs.writer() as writer:
            writer.write(b"ready?")
        with suppress(NotFound):
            self._blobs.stream(_NO_BLOB)

    def _recent(self) -> _Room:
        # No lock: while Redis doesn't answer, each request must fail in its own time and not after others.
        if self._seen is None or time.monotonic() - self._seen[0] >= _LOOK_EVERY_S:
            self._seen = (time.monotonic(), self._look())
        return self._seen[1]

    def _look(self) -> _Room:
        memory = self._redis.execute_command("INFO", "memory")
        most_bytes = int(memory["maxmemory"])
        part = int(memory["used_memory"]) / most_bytes if most_bytes else 0.0
        return _Room(part, self._blobs.free_bytes())

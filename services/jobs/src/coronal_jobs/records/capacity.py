"""Admission control: whether the stores have room for more work."""

import time
from contextlib import suppress
from dataclasses import dataclass

from coronal_jobs.blobs.objects import translated_os
from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.errors import NotFound, StoreFull
from coronal_jobs.records.connection import Connection

__all__ = ["MAX_MEMORY_FRACTION", "Capacity"]

MAX_MEMORY_FRACTION = 0.75
"""Fraction of Redis's memory that new jobs may fill; the rest is for finishing admitted ones."""

_LOOK_EVERY_S = 1.0
_PROBE_MS = 60_000
_NO_BLOB = "0" * 64


@dataclass(frozen=True, slots=True)
class _Room:
    memory_fraction: float
    free_bytes: int | None


class Capacity:
    """Checks whether the stores have room for new work.

    Only new work is checked: the reserve is for the commits of admitted jobs.

    Parameters
    ----------
    connection
        The Redis; it counts as full above `MAX_MEMORY_FRACTION` of its ``maxmemory``, and never where it has
        none.
    blobs
        The blob store; it counts as full where fewer bytes are free on its disk than must be.
    min_free_bytes
        How many must be.
    """

    def __init__(self, connection: Connection, blobs: BlobStore, *, min_free_bytes: int) -> None:
        self._redis = connection
        self._blobs = blobs
        self._min_free_bytes = min_free_bytes
        self._seen: tuple[float, _Room] | None = None

    def require_room(self) -> None:
        """Check that there is room for another job, by a measurement at most a second old.

        Raises
        ------
        StoreFull
            When Redis or the disk is nearly full.
        StoreUnavailable
            When Redis doesn't answer.
        """
        room = self._recent()
        if room.memory_fraction > MAX_MEMORY_FRACTION:
            raise StoreFull("the store of records is nearly full: jobs must end or be deleted first")
        if room.free_bytes is not None and room.free_bytes < self._min_free_bytes:
            raise StoreFull("the store of images and results is nearly full: jobs must be deleted first")

    def require_writes(self) -> None:
        """Check that Redis and the blob store accept writes now.

        Raises
        ------
        StoreFull
            When Redis's memory, its disk or that of the blobs is full.
        StoreUnavailable
            When one of them doesn't answer, or can't write for another reason.
        """
        self._redis.execute_command("SET", "coronal:probe", 1, "PX", _PROBE_MS)
        with translated_os(), self._blobs.scratch() as file:
            file.write(b"ready?")
        with suppress(NotFound):
            self._blobs.stream(_NO_BLOB)

    def _recent(self) -> _Room:
        # No lock: while Redis doesn't answer, each request must fail in its own time and not after others.
        if self._seen is None or time.monotonic() - self._seen[0] >= _LOOK_EVERY_S:
            self._seen = (time.monotonic(), self._look())
        return self._seen[1]

    def _look(self) -> _Room:
        memory = self._redis.execute_command("INFO", "memory")
        max_bytes = int(memory["maxmemory"])
        fraction = int(memory["used_memory"]) / max_bytes if max_bytes else 0.0
        return _Room(fraction, self._blobs.free_bytes())

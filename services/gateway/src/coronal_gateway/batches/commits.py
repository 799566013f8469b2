"""Concurrent commits of the files of a batch."""

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor

from coronal_gateway.http.uploads import ImageUpload
from coronal_jobs.records.job import Input

__all__ = ["Commits"]

_MAX_COMMITS = 8


class Commits:
    """Commits files while others still arrive: syncing eight takes hardly longer than syncing one.

    At most eight are in progress, whatever the number of images.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_MAX_COMMITS, thread_name_prefix="coronal-commit")
        self._in_progress: deque[tuple[int, Future[Input]]] = deque()
        self._inputs: list[tuple[int, Input]] = []

    def add(self, number: int, upload: ImageUpload) -> None:
        """Commit a complete file; StoreUnavailable when an earlier one couldn't be stored."""
        if len(self._in_progress) == _MAX_COMMITS:
            self._await_first()
        self._in_progress.append((number, self._pool.submit(_commit, upload)))

    def add_stored(self, number: int, image: Input) -> None:
        """Add a file that is stored already."""
        self._inputs.append((number, image))

    def inputs(self) -> list[tuple[int, Input]]:
        """Return all files with their numbers, once all are stored; StoreUnavailable if one isn't."""
        while self._in_progress:
            self._await_first()
        return self._inputs

    def close(self) -> None:
        """Wait until no commit is in progress."""
        self._pool.shutdown()

    def _await_first(self) -> None:
        number, image = self._in_progress.popleft()
        self.add_stored(number, image.result())


def _commit(upload: ImageUpload) -> Input:
    try:
        upload.commit()
        return upload.described()
    finally:
        upload.discard()

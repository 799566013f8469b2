"""The files of a batch on their last step to the disk, a few at a time."""

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor

from coronal_gateway.uploads import ImageUpload
from coronal_jobs.job import Input

__all__ = ["Commits"]

_AT_ONCE = 8


class Commits:
    """Keeps files while others still come: a disk syncs eight in hardly more time than one.

    So many are under way, and no more, whatever the number of images.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="coronal-commit")
        self._under_way: deque[tuple[int, Future[Input]]] = deque()
        self._inputs: list[tuple[int, Input]] = []

    def add(self, number: int, upload: ImageUpload) -> None:
        """Keep a file that is whole; StoreUnavailable when one before it couldn't be kept."""
        if len(self._under_way) == _AT_ONCE:
            self._await_first()
        self._under_way.append((number, self._pool.submit(_commit, upload)))

    def add_kept(self, number: int, image: Input) -> None:
        """Note a file that is there already."""
        self._inputs.append((number, image))

    def inputs(self) -> list[tuple[int, Input]]:
        """Give all with their numbers, in order, when all are kept; StoreUnavailable when one couldn't be."""
        while self._under_way:
            self._await_first()
        return self._inputs

    def close(self) -> None:
        """Stay until none is under way."""
        self._pool.shutdown()

    def _await_first(self) -> None:
        number, image = self._under_way.popleft()
        self.add_kept(number, image.result())


def _commit(upload: ImageUpload) -> Input:
    try:
        upload.commit()
        return upload.described()
    finally:
        upload.discard()

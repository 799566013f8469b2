"""The images of a batch on their last step to the disk, a few at a time."""

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor

from coronal_gateway.uploads import ImageUpload
from coronal_jobs.batch import Item
from coronal_jobs.ids import new_job_id
from coronal_jobs.job import Input

__all__ = ["Commits"]

_AT_ONCE = 8


class Commits:
    """Keeps images while others still come: a disk syncs eight in hardly more time than one.

    So many are under way, and no more, whatever the number of images.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="coronal-commit")
        self._under_way: deque[tuple[int, Future[Input]]] = deque()
        self._items: list[Item] = []

    def add(self, number: int, upload: ImageUpload) -> None:
        """Keep an image that is whole; StoreUnavailable when one before it couldn't be kept."""
        if len(self._under_way) == _AT_ONCE:
            self._await_first()
        self._under_way.append((number, self._pool.submit(_commit, upload)))

    def add_kept(self, number: int, image: Input) -> None:
        """Note an image that is there already."""
        self._items.append(Item(number=number, job=new_job_id(), input=image))

    def items(self) -> tuple[Item, ...]:
        """Give all in their order, when all are kept; StoreUnavailable when one couldn't be."""
        while self._under_way:
            self._await_first()
        return tuple(self._items)

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

"""Long polls: requests that are held until a job has changed."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from coronal_gateway.errors import TooManyHeld
from coronal_jobs.batch import Batch
from coronal_jobs.job import Job
from coronal_jobs.store.changes import Changes
from coronal_jobs.store.jobs import JobStore

__all__ = ["LongPolls"]

T = TypeVar("T", Job, Batch)


class LongPolls:
    """Holds requests, but never so many that others find no thread.

    Parameters
    ----------
    jobs
        Where the records are read.
    changes
        What tells that one has changed.
    most
        How many are held at a time.
    """

    def __init__(self, jobs: JobStore, changes: Changes, *, most: int) -> None:
        self._jobs = jobs
        self._changes = changes
        self._free = threading.Semaphore(most)
        self._stopping = threading.Event()

    def hold(self, job_id: str, until: Callable[[Job], bool], *, timeout_s: float) -> Job | None:
        """Wait until a record is as it is wanted, and give it as it is then or when the time is over.

        Returns
        -------
        Job or None
            None, at once, when as many as can be are held already.

        Raises
        ------
        NotFound
            When there is no such job, or it was deleted meanwhile.
        StoreUnavailable
            When Redis doesn't answer.
        """
        return self.hold_read(lambda: self._jobs.get(job_id), until, timeout_s=timeout_s)

    def hold_read(self, read: Callable[[], T], until: Callable[[T], bool], *, timeout_s: float) -> T | None:
        """Do the same with any record that is read like this."""
        if not self._free.acquire(blocking=False):
            return None
        try:
            return self._changes.wait(
                read, lambda record: until(record) or self._stopping.is_set(), timeout_s=timeout_s
            )
        finally:
            self._free.release()

    @contextmanager
    def place(self) -> Iterator[None]:
        """Take one of the places of held requests for as long as the context is open.

        Raises
        ------
        TooManyHeld
            When none is free.
        """
        if not self._free.acquire(blocking=False):
            raise TooManyHeld
        try:
            yield
        finally:
            self._free.release()

    @property
    def is_stopping(self) -> bool:
        """Whether all that are held must be let go."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """Let go of all that are held, within a second, and hold none any more."""
        self._stopping.set()

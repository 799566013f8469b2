"""Requests that are held until something has happened."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar, cast

from flask import request

from coronal_gateway.errors import TooManyHeld
from coronal_gateway.feed import EventFeed, Tell
from coronal_jobs.batch import Batch
from coronal_jobs.job import Job
from coronal_jobs.store.jobs import JobStore

__all__ = ["LongPolls"]

_LOOK_AGAIN_S = 10.0
"""What is heard is a hint and no truth: who waits reads the record again, so that a fault costs seconds."""

T = TypeVar("T", Job, Batch)


class LongPolls:
    """Holds requests, but never more than there are places.

    Parameters
    ----------
    jobs
        Where the records are read.
    feed
        What tells that one has changed.
    most
        How many are held at a time.
    """

    def __init__(self, jobs: JobStore, feed: EventFeed, *, most: int) -> None:
        self._jobs = jobs
        self._feed = feed
        self._free = threading.Semaphore(most)
        self._is_stopping = False

    def hold(self, job_id: str, until: Callable[[Job], bool], *, timeout_s: float) -> Job | None:
        """Wait until a record is as it is wanted, and give it as it is then or when the time is over.

        The wait ends, too, when the gateway stops or the client goes away.

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
        return self.hold_read(job_id, lambda: self._jobs.get(job_id), until, timeout_s=timeout_s)

    def hold_read(
        self,
        record_id: str,
        read: Callable[[], T],
        until: Callable[[T], bool],
        *,
        timeout_s: float,
        gather_s: float = 0.0,
    ) -> T | None:
        """Do the same with the record of a job or a batch that is read like this.

        What happens within `gather_s` is looked at once: of a batch it may be much.
        """
        deadline = time.monotonic() + timeout_s
        told = threading.Event()
        is_over = self.is_over()
        try:
            with self.follow(record_id, lambda _: told.set()):
                while True:
                    told.clear()
                    record = read()
                    left_s = deadline - time.monotonic()
                    if until(record) or left_s <= 0 or is_over():
                        return record
                    if told.wait(min(left_s, _LOOK_AGAIN_S)) and gather_s:
                        time.sleep(gather_s)
        except TooManyHeld:
            return None

    @contextmanager
    def follow(self, record_id: str, tell: Tell) -> Iterator[None]:
        """Take a place, and tell what happens to a job, a batch, or any (where the id is empty) meanwhile.

        Raises
        ------
        TooManyHeld
            When no place is free.
        StoreUnavailable
            When Redis doesn't answer.
        """
        if not self._free.acquire(blocking=False):
            raise TooManyHeld
        try:
            with self._feed.follow(record_id, tell, is_over=self.is_over()):
                yield
        finally:
            self._free.release()

    def is_over(self) -> Callable[[], bool]:
        """Give what tells whether the request that is answered now must be let go.

        So it is when the gateway stops, or the server sees that the client has gone away.
        """
        is_gone = cast("Callable[[], bool]", request.environ.get("coronal.is_gone", lambda: False))
        return lambda: self._is_stopping or is_gone()

    def stop(self) -> None:
        """Let go of all that are held, within a second. It takes no lock: a signal's handler may call it."""
        self._is_stopping = True

"""Long polling: requests that wait until a record changes."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar, cast

from flask import request

from coronal_gateway.http.errors import TooManyWaiting
from coronal_gateway.jobs.event_feed import EventFeed, Notify
from coronal_jobs.records.batch import Batch
from coronal_jobs.records.job import Job
from coronal_jobs.records.job_store import JobStore

__all__ = ["LongPolls"]

_REREAD_S = 10.0
"""An event is a hint: a waiting request re-reads the record, so that a lost event costs only seconds."""

T = TypeVar("T", Job, Batch)


class LongPolls:
    """Lets requests wait, up to a maximum number at a time.

    Parameters
    ----------
    jobs
        Records of jobs.
    feed
        Events of jobs.
    most
        Maximum number of requests that wait at a time.
    """

    def __init__(self, jobs: JobStore, feed: EventFeed, *, max_waiting: int) -> None:
        self._jobs = jobs
        self._feed = feed
        self._free = threading.Semaphore(max_waiting)
        self._is_stopping = False

    def hold(self, job_id: str, until: Callable[[Job], bool], *, timeout_s: float) -> Job | None:
        """Wait until a job meets a condition, and return it as it is then or at the time-out.

        The wait also ends when the gateway stops or the client disconnects.

        Returns
        -------
        Job or None
            None, at once, when the maximum number of requests is waiting already.

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
        """Wait as `hold` does, with a function that reads the record of a job or batch.

        Events within `gather_s` cause a single read: a batch may have many.
        """
        deadline = time.monotonic() + timeout_s
        reported = threading.Event()
        is_over = self.is_over()
        try:
            with self.follow(record_id, lambda _: reported.set()):
                while True:
                    reported.clear()
                    record = read()
                    left_s = deadline - time.monotonic()
                    if until(record) or left_s <= 0 or is_over():
                        return record
                    if reported.wait(min(left_s, _REREAD_S)) and gather_s:
                        time.sleep(gather_s)
        except TooManyWaiting:
            return None

    @contextmanager
    def follow(self, record_id: str, notify: Notify) -> Iterator[None]:
        """Take a place, and pass on the events of a job, a batch or all jobs (empty id) in the context.

        Raises
        ------
        TooManyWaiting
            When no place is free.
        StoreUnavailable
            When Redis doesn't answer.
        """
        if not self._free.acquire(blocking=False):
            raise TooManyWaiting
        try:
            with self._feed.follow(record_id, notify, is_over=self.is_over()):
                yield
        finally:
            self._free.release()

    def is_over(self) -> Callable[[], bool]:
        """Return a function that says whether the current request must end.

        It must when the gateway stops, or the server sees that the client has disconnected.
        """
        is_gone = cast("Callable[[], bool]", request.environ.get("coronal.is_gone", lambda: False))
        return lambda: self._is_stopping or is_gone()

    def stop(self) -> None:
        """End all waits within a second. It takes no lock, as a signal handler may call it."""
        self._is_stopping = True

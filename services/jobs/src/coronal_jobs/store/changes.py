"""Waiting for the record of a job or a batch to change, without asking again and again."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from coronal_jobs.batch import Batch
from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.job import Job
from coronal_jobs.store.events import EventStore

__all__ = ["Changes"]

_LISTEN_S = 1.0

T = TypeVar("T", Job, Batch)


class Changes:
    """Wakes those who wait for a job or a batch, when a script says that its record has changed.

    One thread a process reads the events, from the first wait on. What is heard is a hint and no truth: who
    waits reads the record again, at the latest after a second, so that a fault of the thread costs a second.
    """

    def __init__(self, events: EventStore) -> None:
        self._events = events
        self._changed = threading.Condition()
        self._last: dict[str, int] = {}
        self._heard = 0
        self._listener: threading.Thread | None = None

    def wait(self, read: Callable[[], T], until: Callable[[T], bool], *, timeout_s: float) -> T:
        """Read a record until it is as it is wanted, or the time is over, and give it as it then is.

        Parameters
        ----------
        read
            Reads the record.
        until
            Whether the wait is over.
        timeout_s
            How long to wait at most.
        """
        self._listen()
        deadline = time.monotonic() + timeout_s
        while True:
            with self._changed:
                heard = self._heard
            record = read()
            left_s = deadline - time.monotonic()
            if until(record) or left_s <= 0:
                return record
            self._sleep(record.id, heard, min(left_s, _LISTEN_S))

    def _sleep(self, id: str, heard: int, timeout_s: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._last.get(id, 0) > heard, timeout_s)

    def _listen(self) -> None:
        with self._changed:
            if self._listener is None or not self._listener.is_alive():
                self._listener = threading.Thread(target=self._hear, name="coronal-changes", daemon=True)
                self._listener.start()

    def _hear(self) -> None:
        while True:
            try:
                self._hear_until_away()
            except StoreUnavailable:
                time.sleep(_LISTEN_S)

    def _hear_until_away(self) -> None:
        last = self._events.last_id()
        while True:
            for event in self._events.after(last, wait_s=_LISTEN_S):
                last = event.id
                self._tell(event.job)
                if event.batch:
                    self._tell(event.batch)

    def _tell(self, id: str) -> None:
        with self._changed:
            self._heard += 1
            self._last[id] = self._heard
            if len(self._last) > 10_000:
                self._last = dict(list(self._last.items())[5_000:])
            self._changed.notify_all()

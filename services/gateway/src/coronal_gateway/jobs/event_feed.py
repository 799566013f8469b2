"""The events of jobs, read once per process for all followers."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.records.events import Event, EventStore

__all__ = ["EventFeed", "Notify"]

_log = logging.getLogger(__name__)

_LISTEN_S = 0.5

Notify: TypeAlias = Callable[[Event | None], object]
"""Receives an event of a job; or None: check whether Redis is unavailable, or the wait is over."""


@dataclass(frozen=True, slots=True, eq=False)
class _Follower:
    record_id: str
    notify: Notify
    is_over: Callable[[], bool]


class EventFeed:
    """Passes the events of jobs on to followers.

    One thread per process reads them while there are followers. It never waits for a follower.

    Parameters
    ----------
    events
        Store of the events.
    """

    def __init__(self, events: EventStore) -> None:
        self.store = events
        """Store of the events."""
        self._lock = threading.Lock()
        self._followers: dict[str, set[_Follower]] = {}
        self._is_read = False

    @contextmanager
    def follow(self, record_id: str, notify: Notify, *, is_over: Callable[[], bool]) -> Iterator[None]:
        """Pass on the events of a job or of the jobs of a batch while the context is open.

        Parameters
        ----------
        record_id
            Id of the job or batch; empty for all jobs.
        notify
            Called by the thread of the feed with each event, and with None; it must not block.
        is_over
            Returns whether the follower must stop; called twice a second, and `notify(None)` follows.

        Raises
        ------
        StoreUnavailable
            When Redis doesn't answer.
        """
        follower = _Follower(record_id, notify, is_over)
        last = (
            self.store.last_id()
        )  # outside the lock: while Redis is unavailable each call times out on its own
        with self._lock:
            if not self._is_read:
                self._start(last)
            self._followers.setdefault(record_id, set()).add(follower)
        try:
            yield
        finally:
            with self._lock:
                self._forget(follower)

    def last_id(self) -> str:
        """Return the id of the last event of all jobs."""
        return self.store.last_id()

    def since(self, event_id: str, job_id: str) -> list[Event]:
        """Return the events of a job after another event, as far as they are kept."""
        found: list[Event] = []
        while events := self.store.after(event_id):
            found += (event for event in events if event.job == job_id)
            event_id = events[-1].id
        return found

    def _forget(self, follower: _Follower) -> None:
        followers = self._followers[follower.record_id]
        followers.discard(follower)
        if not followers:
            del self._followers[follower.record_id]

    def _start(self, last: str) -> None:
        self._is_read = True
        threading.Thread(target=self._read, args=(last,), name="coronal-events", daemon=True).start()

    def _read(self, last: str) -> None:
        try:
            self._read_on(last)
        except BaseException:  # a bug; the next follower starts another thread, or nobody would get events
            with self._lock:
                self._is_read = False
            raise

    def _read_on(self, last: str) -> None:
        looked_s = 0.0
        while self._has_followers():
            last = self._read_some(last)
            if time.monotonic() - looked_s >= _LISTEN_S:
                looked_s = time.monotonic()
                self._wake(lambda follower: follower.is_over())

    def _read_some(self, last: str) -> str:
        try:
            for event in self.store.after(last, wait_s=_LISTEN_S):
                last = event.id
                self._dispatch(event)
        except StoreUnavailable:
            _log.warning("Redis is unavailable: all followers of jobs are notified")
            self._wake(lambda follower: True)
            time.sleep(_LISTEN_S)
        return last

    def _has_followers(self) -> bool:
        """Return whether there are followers; if not, the next one starts another thread."""
        with self._lock:
            self._is_read = bool(self._followers)
            return self._is_read

    def _dispatch(self, event: Event) -> None:
        with self._lock:
            for record_id in {event.job, event.batch, ""}:
                for follower in self._followers.get(record_id, ()):
                    follower.notify(event)

    def _wake(self, is_woken: Callable[[_Follower], bool]) -> None:
        with self._lock:
            for followers in self._followers.values():
                for follower in filter(is_woken, followers):
                    follower.notify(None)

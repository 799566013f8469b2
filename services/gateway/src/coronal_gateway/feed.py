"""The events of jobs, read once for all who follow some."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.store.events import Event, EventStore

__all__ = ["EventFeed", "Tell"]

_log = logging.getLogger(__name__)

_LISTEN_S = 0.5

Tell: TypeAlias = Callable[[Event | None], object]
"""Takes what happens to a job; or None: look whether Redis is away, or the wait is over."""


@dataclass(frozen=True, slots=True, eq=False)
class _Follower:
    record_id: str
    tell: Tell
    is_over: Callable[[], bool]


class EventFeed:
    """Hands the events of jobs to those who follow them.

    One thread a process reads them, while anybody follows. It never waits for a follower.

    Parameters
    ----------
    events
        Where they are read.
    """

    def __init__(self, events: EventStore) -> None:
        self.store = events
        """Where they are read."""
        self._lock = threading.Lock()
        self._followers: dict[str, set[_Follower]] = {}
        self._is_read = False

    @contextmanager
    def follow(self, record_id: str, tell: Tell, *, is_over: Callable[[], bool]) -> Iterator[None]:
        """Tell what happens to a job, or to the jobs of a batch, while the context is open.

        Parameters
        ----------
        record_id
            The job or the batch; empty for all jobs.
        tell
            Called by the thread of the feed with each event, and with None; it must not wait.
        is_over
            Whether the follower is to leave; it is asked twice a second, and None is told when it is so.

        Raises
        ------
        StoreUnavailable
            When Redis is away.
        """
        follower = _Follower(record_id, tell, is_over)
        last = self.store.last_id()  # outside of the lock: while Redis is away each fails in its own time
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
        """Give the id of the last event of all jobs."""
        return self.store.last_id()

    def since(self, event_id: str, job_id: str) -> list[Event]:
        """Give what has happened to a job since an event, as far as it is kept."""
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
        except BaseException:  # a bug; who comes next starts another thread, or none would be told anything
            with self._lock:
                self._is_read = False
            raise

    def _read_on(self, last: str) -> None:
        looked_s = 0.0
        while self._goes_on():
            last = self._read_some(last)
            if time.monotonic() - looked_s >= _LISTEN_S:
                looked_s = time.monotonic()
                self._tell_none(lambda follower: follower.is_over())

    def _read_some(self, last: str) -> str:
        try:
            for event in self.store.after(last, wait_s=_LISTEN_S):
                last = event.id
                self._hand_out(event)
        except StoreUnavailable:
            _log.warning("Redis is away: all who follow a job are told")
            self._tell_none(lambda follower: True)
            time.sleep(_LISTEN_S)
        return last

    def _goes_on(self) -> bool:
        """Tell whether anybody follows; where nobody does, who comes next starts another thread."""
        with self._lock:
            self._is_read = bool(self._followers)
            return self._is_read

    def _hand_out(self, event: Event) -> None:
        with self._lock:
            for record_id in {event.job, event.batch, ""}:
                for follower in self._followers.get(record_id, ()):
                    follower.tell(event)

    def _tell_none(self, whom: Callable[[_Follower], bool]) -> None:
        with self._lock:
            for followers in self._followers.values():
                for follower in filter(whom, followers):
                    follower.tell(None)

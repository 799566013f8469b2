"""The events of jobs, read once for all who follow one."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from typing import TypeAlias

from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.store.events import Event, EventStore

__all__ = ["EventFeed", "Events"]

_log = logging.getLogger(__name__)

_LISTEN_S = 1.0

Events: TypeAlias = "SimpleQueue[Event | None]"
"""What happens to a job from now on; None when Redis is away, and no more comes."""


class EventFeed:
    """Hands the events of jobs to those who follow them.

    One thread a process reads them, while anybody follows.

    Parameters
    ----------
    events
        Where they are read.
    """

    def __init__(self, events: EventStore) -> None:
        self._events = events
        self._lock = threading.Lock()
        self._followers: dict[Events, str] = {}
        self._is_read = False

    @contextmanager
    def follow(self, job_id: str) -> Iterator[Events]:
        """Give what happens to a job while the context is open; StoreUnavailable when Redis is away."""
        queue: Events = SimpleQueue()
        with self._lock:
            if not self._is_read:
                self._start(self._events.last_id())
            self._followers[queue] = job_id
        try:
            yield queue
        finally:
            with self._lock:
                self._followers.pop(queue, None)

    def last_id(self) -> str:
        """Give the id of the last event of all jobs."""
        return self._events.last_id()

    def since(self, event_id: str, job_id: str) -> list[Event]:
        """Give what has happened to a job since an event, as far as it is kept."""
        found: list[Event] = []
        while events := self._events.after(event_id):
            found += (event for event in events if event.job == job_id)
            event_id = events[-1].id
        return found

    def _start(self, last: str) -> None:
        self._is_read = True
        threading.Thread(target=self._read, args=(last,), name="coronal-events", daemon=True).start()

    def _read(self, last: str) -> None:
        try:
            while self._goes_on():
                for event in self._events.after(last, wait_s=_LISTEN_S):
                    last = event.id
                    self._hand_out(event)
        except StoreUnavailable:
            _log.warning("Redis is away: all who follow a job are let go")
            self._end()

    def _goes_on(self) -> bool:
        """Tell whether anybody follows; where nobody does, who comes next starts another thread."""
        with self._lock:
            self._is_read = bool(self._followers)
            return self._is_read

    def _hand_out(self, event: Event) -> None:
        with self._lock:
            for queue, job_id in self._followers.items():
                if job_id == event.job:
                    queue.put(event)

    def _end(self) -> None:
        with self._lock:
            self._is_read = False
            for queue in self._followers:
                queue.put(None)
            self._followers.clear()

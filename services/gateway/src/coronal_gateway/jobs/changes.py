"""Changes of many jobs as server-sent events; a gap is reported."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pydantic_core import to_json

from coronal_gateway.jobs.event_stream import HEARTBEAT, HEARTBEAT_S
from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.records.events import BEGINNING, Event, EventStore

__all__ = ["ChangeFilter", "ChangeStream"]

_GATHER_S = 0.05
"""Events within this time are read by one command and sent at once."""


@dataclass(frozen=True, slots=True)
class ChangeFilter:
    """Filter of changes; empty for all.

    Parameters
    ----------
    jobs
        Ids of the jobs.
    states
        States after the change.
    """

    jobs: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()

    def __contains__(self, event: Event) -> bool:
        is_change = event.step != "log"  # a log line changes no record
        return is_change and self._is_of(event.job, self.jobs) and self._is_of(event.state, self.states)

    @staticmethod
    def _is_of(value: str | None, allowed: frozenset[str]) -> bool:
        return not allowed or value in allowed


class ChangeStream:
    """Stream of the changes of many jobs to one client, from an event on.

    It reads at the client's pace: a slow client costs no memory, and one that is too slow is sent a gap.

    Parameters
    ----------
    events
        Store of the events.
    last
        Id of the last event that the client received.
    change_filter
        Changes to send.
    """

    def __init__(self, events: EventStore, last: str, change_filter: ChangeFilter) -> None:
        self._events = events
        self._last = last
        self._filter = change_filter

    def texts(self, reported: threading.Event, is_over: Callable[[], bool]) -> Iterator[str]:
        """Yield all changes until the stream must end, or Redis is unavailable.

        Parameters
        ----------
        reported
            Set whenever there is a new event.
        is_over
            Returns whether the stream must end.
        """
        try:
            yield self._id_line()  # a client cut off before the first change must know where to resume
            while not is_over():
                reported.clear()
                yield from self._new()
                if reported.wait(HEARTBEAT_S):
                    time.sleep(_GATHER_S)
                else:
                    yield HEARTBEAT
        except StoreUnavailable:  # the status is sent already; the client reconnects and gets the error then
            return

    def _new(self) -> Iterator[str]:
        while (page := self._events.page(self._last)).events or not page.is_whole:
            if not page.is_whole:
                yield "event: gap\ndata: {}\n\n"
            self._last = page.events[-1].id if page.events else BEGINNING
            # A client of few changes needs the id, too, or it would get a gap though it missed nothing.
            yield "".join(_text(event) for event in page.events if event in self._filter) + self._id_line()

    def _id_line(self) -> str:
        return f"id: {self._last}\n\n"


def _text(event: Event) -> str:
    names = ("job", "state", "stage", "progress", "revision")
    data = to_json({name: getattr(event, name) for name in names}).decode()
    return f"event: change\nid: {event.id}\ndata: {data}\n\n"

"""The changes of many jobs as server-sent events: none is lost without a word."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pydantic_core import to_json

from coronal_gateway.streaming import HEARTBEAT, HEARTBEAT_S
from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.store.events import BEGINNING, Event, EventStore

__all__ = ["ChangeStream", "Wanted"]

_GATHER_S = 0.05
"""What happens in so short a time is told at once, and read by one command."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which changes a reader wants; empty for all.

    Parameters
    ----------
    jobs
        Only those of these jobs.
    states
        Only those after which a job is in one of these states.
    """

    jobs: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()

    def __contains__(self, event: Event) -> bool:
        is_change = event.step != "log"  # a line of a log changes no record
        return is_change and self._is_of(event.job, self.jobs) and self._is_of(event.state, self.states)

    @staticmethod
    def _is_of(value: str | None, wanted: frozenset[str]) -> bool:
        return not wanted or value in wanted


class ChangeStream:
    """What a reader is told of many jobs, from an event on.

    It reads for itself, at its own pace: a reader who is slow costs no memory, and one who is too slow is
    told so.

    Parameters
    ----------
    events
        Where they are read.
    last
        The last event that the reader was told.
    wanted
        Which changes are told.
    """

    def __init__(self, events: EventStore, last: str, wanted: Wanted) -> None:
        self._events = events
        self._last = last
        self._wanted = wanted

    def texts(self, told: threading.Event, is_over: Callable[[], bool]) -> Iterator[str]:
        """Tell all changes until the reader must be let go, or Redis is away.

        Parameters
        ----------
        told
            Is set whenever anything happens.
        is_over
            Whether the reader must be let go.
        """
        try:
            yield self._place()  # who is cut off before the first change must know where to go on
            while not is_over():
                told.clear()
                yield from self._new()
                if told.wait(HEARTBEAT_S):
                    time.sleep(_GATHER_S)
                else:
                    yield HEARTBEAT
        except StoreUnavailable:  # the status is sent already; the reader comes again, and is told then
            return

    def _new(self) -> Iterator[str]:
        while (page := self._events.page(self._last)).events or not page.is_whole:
            if not page.is_whole:
                yield "event: gap\ndata: {}\n\n"
            self._last = page.events[-1].id if page.events else BEGINNING
            # Who wants few must get on as well, or it would be told of a gap where it missed nothing.
            yield "".join(_text(event) for event in page.events if event in self._wanted) + self._place()

    def _place(self) -> str:
        return f"id: {self._last}\n\n"


def _text(event: Event) -> str:
    names = ("job", "state", "stage", "progress", "revision")
    data = to_json({name: getattr(event, name) for name in names}).decode()
    return f"event: change\nid: {event.id}\ndata: {data}\n\n"

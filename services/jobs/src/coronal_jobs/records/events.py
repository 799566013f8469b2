"""The events: each change of a record, in the order of changes."""

from collections.abc import Iterator
from dataclasses import dataclass

from coronal_jobs.records.connection import Connection
from coronal_jobs.records.job import State

__all__ = ["BEGINNING", "Event", "EventPage", "EventStore", "order_of"]

BEGINNING = "0-0"
"""What comes before all events."""

_KEY = "coronal:events"
_MAX_READ = 1_000
_KEPT = 50_000
"""As in ``common.lua``: while there are fewer, none was ever forgotten."""


@dataclass(frozen=True, slots=True)
class Event:
    """A change of a record.

    Parameters
    ----------
    id
        Grows from event to event: milliseconds of Redis's clock, a hyphen, a number.
    job
        The job's id.
    step
        What was done: the name of a script.
    state
        The state after it; None when the record is gone.
    stage, progress
        How far the job then was.
    stage group, epoch, revision
        As in the record.
    batch
        The batch that the job is of; empty where it is of none, and where the record is gone.
    """

    id: str
    job: str
    step: str
    state: State | None
    stage: str
    progress: float
    stage_group: int
    epoch: int
    revision: int
    batch: str = ""


@dataclass(frozen=True, slots=True)
class EventPage:
    """Some events, and whether they are all that came after the one that was asked from.

    Parameters
    ----------
    events
        In their order; none when nothing has happened since.
    is_whole
        False when events before the first of them may have been forgotten.
    """

    events: tuple[Event, ...]
    is_whole: bool


class EventStore:
    """Reads the events. The last 50,000 or so are kept."""

    def __init__(self, connection: Connection) -> None:
        self._redis = connection

    def last_id(self) -> str:
        """Return the id of the last event; ``0-0`` when there was none."""
        last = self._redis.execute_command("XREVRANGE", _KEY, "+", "-", "COUNT", 1)
        return str(last[0][0]) if last else BEGINNING

    def after(self, event_id: str, *, wait_s: float = 0.0) -> list[Event]:
        """Return the events after one, at most a thousand; wait a while for the first when there is none.

        Parameters
        ----------
        event_id
            The id of the last event that was seen; ``0-0`` for all.
        wait_s
            How long to wait, less than the connection's time-out.
        """
        block = ("BLOCK", max(1, round(wait_s * 1000))) if wait_s else ()
        answer = self._redis.execute_command("XREAD", "COUNT", _MAX_READ, *block, "STREAMS", _KEY, event_id)
        return [_event(one, fields) for _, entries in answer or () for one, fields in entries]

    def page(self, event_id: str) -> EventPage:
        """Return the events after one, at most a thousand, and tell whether any of them may be missing."""
        oldest, newest, count, answer = self._redis.ask_all(
            ("XRANGE", _KEY, "-", "+", "COUNT", 1),
            ("XREVRANGE", _KEY, "+", "-", "COUNT", 1),
            ("XLEN", _KEY),
            ("XREAD", "COUNT", _MAX_READ, "STREAMS", _KEY, event_id),
        )
        events = tuple(_event(one, fields) for _, entries in answer or () for one, fields in entries)
        if event_id == BEGINNING:
            return EventPage(events, is_whole=count < _KEPT)
        ends = [order_of(one) for one, _ in (*oldest, *newest)]
        return EventPage(events, is_whole=bool(ends) and ends[0] <= order_of(event_id) <= ends[-1])

    def history(self) -> Iterator[Event]:
        """Yield all events that are kept, the oldest first."""
        last = BEGINNING
        while events := self.after(last):
            yield from events
            last = events[-1].id


def order_of(event_id: str) -> tuple[int, int]:
    """Return the sort key of an event's id.

    >>> order_of("1795337671993-9") < order_of("1795337671993-10")
    True
    """
    ms, _, number = event_id.partition("-")
    return int(ms), int(number)


def _event(event_id: str, fields: dict[str, str]) -> Event:
    return Event(
        id=event_id,
        job=fields["job"],
        step=fields["step"],
        state=State(fields["state"]) if fields["state"] else None,
        stage=fields["stage"],
        progress=float(fields["progress"]),
        stage_group=int(fields["stage_group"]),
        epoch=int(fields["epoch"]),
        revision=int(fields["revision"]),
        batch=fields.get("batch", ""),
    )

"""The events: each change of a record, in the order of changes."""

from collections.abc import Iterator
from dataclasses import dataclass

from coronal_jobs.job import State
from coronal_jobs.store.connection import Connection

__all__ = ["Event", "EventStore"]

_KEY = "coronal:events"
_MOST_A_READ = 1_000


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
    hop, epoch, revision
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
    hop: int
    epoch: int
    revision: int
    batch: str = ""


class EventStore:
    """Reads the events. The last 50,000 or so are kept."""

    def __init__(self, connection: Connection) -> None:
        self._redis = connection

    def last_id(self) -> str:
        """Give the id of the last event; ``0-0`` when there was none."""
        last = self._redis.execute_command("XREVRANGE", _KEY, "+", "-", "COUNT", 1)
        return str(last[0][0]) if last else "0-0"

    def after(self, event_id: str, *, wait_s: float = 0.0) -> list[Event]:
        """Give the events after one, at most a thousand; wait a while for the first when there is none.

        Parameters
        ----------
        event_id
            The id of the last event that was seen; ``0-0`` for all.
        wait_s
            How long to wait, less than the connection's time-out.
        """
        block = ("BLOCK", max(1, round(wait_s * 1000))) if wait_s else ()
        answer = self._redis.execute_command(
            "XREAD", "COUNT", _MOST_A_READ, *block, "STREAMS", _KEY, event_id
        )
        return [_event(one, fields) for _, entries in answer or () for one, fields in entries]

    def history(self) -> Iterator[Event]:
        """Give all events that are kept, the oldest first."""
        last = "0-0"
        while events := self.after(last):
            yield from events
            last = events[-1].id


def _event(event_id: str, fields: dict[str, str]) -> Event:
    return Event(
        id=event_id,
        job=fields["job"],
        step=fields["step"],
        state=State(fields["state"]) if fields["state"] else None,
        stage=fields["stage"],
        progress=float(fields["progress"]),
        hop=int(fields["hop"]),
        epoch=int(fields["epoch"]),
        revision=int(fields["revision"]),
        batch=fields.get("batch", ""),
    )

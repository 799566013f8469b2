"""The life of a job as server-sent events: what a reader has missed, and then what happens as it happens."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from typing import Self, TypeAlias

from pydantic_core import to_json

from coronal_jobs.errors import NotFound, StoreUnavailable
from coronal_jobs.job import Job
from coronal_jobs.store.events import BEGINNING, Event, order_of
from coronal_jobs.store.jobs import MOST_LOG_LINES, JobStore

__all__ = ["HEARTBEAT", "HEARTBEAT_S", "Events", "JobStream", "Place"]

Events: TypeAlias = "SimpleQueue[Event | None]"
"""What happens to a job from now on; None when no more comes."""

HEARTBEAT_S = 15.0
"""How often a comment is sent while nothing happens, so that nobody between takes the connection for dead."""

HEARTBEAT = ": still here\n\n"

_ID = re.compile(r"([0-9]{1,16})-([0-9]{1,16})\.([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Place:
    """How far a reader is: the last event that it was told, and how many lines of the log."""

    event: str = BEGINNING
    lines: int = 0

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read what a reader sends as ``Last-Event-ID``; None where it is none of ours.

        >>> Place.parse("1795337671993-0.12")
        Place(event='1795337671993-0', lines=12)
        """
        found = _ID.fullmatch(text)
        return cls(f"{found[1]}-{found[2]}", int(found[3])) if found else None

    def __str__(self) -> str:
        return f"{self.event}.{self.lines}"


class JobStream:
    """What a reader is told of a job.

    Parameters
    ----------
    jobs
        Where the log is read.
    job, last
        The job, and the last event of all jobs, from before it was read.
    place
        Where the reader goes on, or begins.
    missed
        What has happened to the job since then; where it is nothing, the job is told as it is.
    """

    def __init__(self, jobs: JobStore, job: Job, last: str, place: Place, missed: list[Event]) -> None:
        self._jobs = jobs
        self._job = job
        self._last = last
        self._place = place
        self._missed = missed
        self._revision = -1
        self._is_over = False

    def texts(self, queue: Events) -> Iterator[str]:
        """Tell all until the job is final.

        Parameters
        ----------
        queue
            What happens, from before the job was read; None ends it.
        """
        try:
            yield from self._catch_up()
            yield from self._go_on(queue)
        except StoreUnavailable:  # the status is sent already; the reader comes again, and is told then
            return

    def _catch_up(self) -> Iterator[str]:
        if not self._missed:
            yield from self._lines()
            self._place = replace(self._place, event=self._last)
            yield self._state_of_record()
        for event in self._missed:
            yield from self._tell(event)

    def _go_on(self, queue: Events) -> Iterator[str]:
        while not self._is_over:
            try:
                event = queue.get(timeout=HEARTBEAT_S)
            except Empty:
                yield HEARTBEAT
                continue
            if event is None:
                return
            yield from self._tell(event)

    def _tell(self, event: Event) -> Iterator[str]:
        if order_of(event.id) <= order_of(self._place.event):
            return
        if event.step == "log":
            # The lines still go by the event before: who is cut off among them is told this one again.
            yield from self._lines()
        self._place = replace(self._place, event=event.id)
        if event.state is None:
            self._is_over = True
            yield self._text("deleted", b"{}")
        elif event.step != "log" and event.revision > self._revision:
            self._revision = event.revision
            self._is_over = event.state.is_final
            yield self._text("progress" if event.step == "report" else "state", _facts(event))

    def _lines(self) -> Iterator[str]:
        if self._place.lines >= MOST_LOG_LINES:
            return  # the oldest have gone by now, and no number tells which line is which
        try:
            lines = self._jobs.read_log(self._job.id, first=self._place.lines)
        except NotFound:  # it was deleted just now
            return
        for line in lines:
            self._place = replace(self._place, lines=self._place.lines + 1)
            yield self._text("log", line.encode())

    def _state_of_record(self) -> str:
        self._revision = self._job.revision
        self._is_over = self._job.state.is_final
        return self._text("state", _facts(self._job))

    def _text(self, kind: str, data: bytes) -> str:
        lines = "".join(f"data: {line}\n" for line in data.decode().splitlines() or [""])
        return f"event: {kind}\nid: {self._place}\n{lines}\n"


def _facts(told: Event | Job) -> bytes:
    names = ("state", "stage", "progress", "hop", "epoch", "revision")
    return to_json({name: getattr(told, name) for name in names})

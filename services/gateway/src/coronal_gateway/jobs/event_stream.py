"""The events of a job as server-sent events: first what the client missed, then new ones as they happen."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from typing import Self, TypeAlias

from pydantic_core import to_json

from coronal_jobs.errors import NotFound, StoreUnavailable
from coronal_jobs.records.claim_report import MAX_LOG_LINES
from coronal_jobs.records.events import BEGINNING, Event, order_of
from coronal_jobs.records.job import Job
from coronal_jobs.records.job_store import JobStore

__all__ = ["HEARTBEAT", "HEARTBEAT_S", "Events", "JobStream", "Place"]

Events: TypeAlias = "SimpleQueue[Event | None]"
"""New events of a job; None when no more come."""

HEARTBEAT_S = 15.0
"""Interval of comments while nothing happens, so that no proxy takes the connection for dead."""

HEARTBEAT = ": still here\n\n"

_LINE_END = re.compile(r"\r\n|[\r\n]")
"""Line ends of an event (WHATWG, server-sent events): U+2028 is none, unlike for `str.splitlines`."""

_ID = re.compile(r"([0-9]{1,16})-([0-9]{1,16})\.([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Place:
    """Position of a client: the last event that it received, and the number of log lines."""

    event: str = BEGINNING
    lines: int = 0

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Parse the header ``Last-Event-ID``; None where it isn't one of ours.

        >>> Place.parse("1795337671993-0.12")
        Place(event='1795337671993-0', lines=12)
        """
        found = _ID.fullmatch(text)
        return cls(f"{found[1]}-{found[2]}", int(found[3])) if found else None

    def __str__(self) -> str:
        return f"{self.event}.{self.lines}"


class JobStream:
    """Stream of the events of a job to one client.

    Parameters
    ----------
    jobs
        Store of the log.
    job, last
        The job, and the last event of all jobs, from before it was read.
    place
        Position from which the client resumes or starts.
    missed
        Events of the job since then; where there are none, its current state is sent.
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
        """Yield all events until the job is final.

        Parameters
        ----------
        queue
            Events from before the job was read; None ends the stream.
        """
        try:
            yield from self._catch_up()
            yield from self._go_on(queue)
        except StoreUnavailable:  # the status is sent already; the client reconnects and gets the error then
            return

    def _catch_up(self) -> Iterator[str]:
        if not self._missed:
            yield from self._lines()
            self._place = replace(self._place, event=self._last)
            yield self._state_of_record()
        for event in self._missed:
            yield from self._event_texts(event)

    def _go_on(self, queue: Events) -> Iterator[str]:
        while not self._is_over:
            try:
                event = queue.get(timeout=HEARTBEAT_S)
            except Empty:
                yield HEARTBEAT
                continue
            if event is None:
                return
            yield from self._event_texts(event)

    def _event_texts(self, event: Event) -> Iterator[str]:
        if order_of(event.id) <= order_of(self._place.event):
            return
        if event.step == "log":
            # The lines carry the id of the event before: a client cut off among them gets this event again.
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
        if self._place.lines >= MAX_LOG_LINES:
            return  # the oldest are gone by now, so that lines can't be numbered any more
        try:
            lines = self._jobs.read_log(self._job.id, first=self._place.lines)
        except NotFound:  # it was deleted meanwhile
            return
        for line in lines:
            self._place = replace(self._place, lines=self._place.lines + 1)
            yield self._text("log", line.encode())

    def _state_of_record(self) -> str:
        self._revision = self._job.revision
        self._is_over = self._job.state.is_final
        return self._text("state", _facts(self._job))

    def _text(self, kind: str, data: bytes) -> str:
        lines = "".join(f"data: {line}\n" for line in _LINE_END.split(data.decode()))
        return f"event: {kind}\nid: {self._place}\n{lines}\n"


def _facts(reported: Event | Job) -> bytes:
    names = ("state", "stage", "progress", "stage_group", "epoch", "revision")
    return to_json({name: getattr(reported, name) for name in names})

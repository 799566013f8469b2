"""Event streams of jobs."""

import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http import HTTPStatus
from queue import SimpleQueue

from flask import Response, request

from coronal.errors import BadParameter, shown
from coronal_gateway.http.problems import problems
from coronal_gateway.http.queries import EVENT, ChangesQuery, JobPath
from coronal_gateway.http.view_group import group
from coronal_gateway.jobs.changes import ChangeFilter, ChangeStream
from coronal_gateway.jobs.event_stream import Events, JobStream, Place
from coronal_gateway.jobs.views import job_of
from coronal_gateway.services import services
from coronal_jobs.records.events import BEGINNING
from coronal_jobs.records.job import Job

__all__ = ["api"]

api = group("events", "Events of jobs as they happen.")

_STREAM = {"content": {"text/event-stream": {"schema": {"type": "string"}}}}


@api.get("/v1/jobs/<id>/events", responses={"200": _STREAM, "204": None, **problems(404)})
def events(path: JobPath) -> Response:
    """Stream the events of a job until it is final (server-sent events).

    A client that reconnects sends the id of the last event as `Last-Event-ID`, and gets what it missed; 204
    means that it missed nothing, and that no more events come.
    """
    at = services()
    resumed = Place.parse(request.headers.get("Last-Event-ID", ""))
    job_of(path.id)
    with ExitStack() as held:
        queue: Events = SimpleQueue()
        held.enter_context(at.polls.follow(path.id, queue.put))
        last = at.events.last_id()
        job = job_of(path.id)
        missed = at.events.since(resumed.event, job.id) if resumed else []
        if resumed and not missed and _has_seen_the_end(job, resumed):
            return Response(status=HTTPStatus.NO_CONTENT)
        stream = JobStream(at.jobs, job, last, resumed or Place(), missed)
        response = _streamed(stream.texts(queue), held)
    return response


@api.get("/v1/events", responses={"200": _STREAM})
def changes(query: ChangesQuery) -> Response:
    """Stream every change of every job (server-sent events).

    A client that reconnects sends the id of the last event as `Last-Event-ID`, and gets what it missed. The
    event `gap` means that some of that may be lost, and that the jobs must be listed again.
    """
    at = services()
    after = request.headers.get("Last-Event-ID") or query.after
    if after and not re.fullmatch(EVENT, after):
        raise BadParameter("after", found=shown(after), allowed="the id of an event, e.g. 1795337671993-0")
    reported = threading.Event()
    with ExitStack() as held:
        held.enter_context(at.polls.follow("", lambda _: reported.set()))
        stream = ChangeStream(
            at.events.store,
            after or at.events.last_id(),
            ChangeFilter(frozenset(query.job), frozenset(query.state)),
        )
        response = _streamed(stream.texts(reported, at.polls.is_over()), held)
    return response


def _streamed(texts: Iterator[str], held: ExitStack) -> Response:
    """Return a streaming response that closes its resources when it ends."""
    response = Response(texts, content_type="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"  # a proxy must not buffer events
    response.call_on_close(held.pop_all().close)
    return response


def _has_seen_the_end(job: Job, place: Place) -> bool:
    is_reported = job.state.is_final and place.event != BEGINNING
    return is_reported and not services().jobs.read_log(job.id, first=place.lines)

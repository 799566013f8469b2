"""The life of a job, told as it happens."""

import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http import HTTPStatus
from queue import SimpleQueue

from flask import Response, request

from coronal.errors import BadParameter, shown
from coronal_gateway.changes import ChangeStream, Wanted
from coronal_gateway.problems import problems
from coronal_gateway.queries import EVENT, ChangesQuery, JobPath
from coronal_gateway.services import services
from coronal_gateway.streaming import Events, JobStream, Place
from coronal_gateway.views.group import group
from coronal_gateway.views.jobs import job_of
from coronal_jobs.job import Job
from coronal_jobs.store.events import BEGINNING

__all__ = ["api"]

api = group("events", "Jobs as they go on.")

_STREAM = {"content": {"text/event-stream": {"schema": {"type": "string"}}}}


@api.get("/v1/jobs/<id>/events", responses={"200": _STREAM, "204": None, **problems(404)})
def events(path: JobPath) -> Response:
    """Tell what happens to a job as it happens, until it is final (server-sent events).

    Who was there before sends the id of the last event as `Last-Event-ID`, and is told what it has missed;
    204 means that this is nothing, and that nothing more comes.
    """
    at = services()
    begun = Place.parse(request.headers.get("Last-Event-ID", ""))
    job_of(path.id)
    with ExitStack() as held:
        queue: Events = SimpleQueue()
        held.enter_context(at.polls.follow(path.id, queue.put))
        last = at.events.last_id()
        job = job_of(path.id)
        missed = at.events.since(begun.event, job.id) if begun else []
        if begun and not missed and _has_seen_the_end(job, begun):
            return Response(status=HTTPStatus.NO_CONTENT)
        stream = JobStream(at.jobs, job, last, begun or Place(), missed)
        response = _streamed(stream.texts(queue), held)
    return response


@api.get("/v1/events", responses={"200": _STREAM})
def changes(query: ChangesQuery) -> Response:
    """Tell every change of every job as it happens (server-sent events).

    Who was there before sends the id of the last event as `Last-Event-ID`, and is told what it has missed.
    The event `gap` means that some of that may be forgotten, and that the jobs must be listed again.
    """
    at = services()
    after = request.headers.get("Last-Event-ID") or query.after
    if after and not re.fullmatch(EVENT, after):
        raise BadParameter("after", found=shown(after), allowed="the id of an event, e.g. 1795337671993-0")
    told = threading.Event()
    with ExitStack() as held:
        held.enter_context(at.polls.follow("", lambda _: told.set()))
        stream = ChangeStream(
            at.events.store,
            after or at.events.last_id(),
            Wanted(frozenset(query.job), frozenset(query.state)),
        )
        response = _streamed(stream.texts(told, at.polls.is_over()), held)
    return response


def _streamed(texts: Iterator[str], held: ExitStack) -> Response:
    """Answer by a stream, and let go of what is held for it when it ends."""
    response = Response(texts, content_type="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"  # a proxy must hand on what comes as it comes
    response.call_on_close(held.pop_all().close)
    return response


def _has_seen_the_end(job: Job, place: Place) -> bool:
    is_told = job.state.is_final and place.event != BEGINNING
    return is_told and not services().jobs.read_log(job.id, first=place.lines)

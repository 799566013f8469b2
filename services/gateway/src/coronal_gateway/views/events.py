"""The life of a job, told as it happens."""

from contextlib import ExitStack
from http import HTTPStatus

from flask import Response, request

from coronal_gateway.problems import problems
from coronal_gateway.queries import JobPath
from coronal_gateway.services import services
from coronal_gateway.streaming import BEGINNING, JobStream, Place
from coronal_gateway.views.group import group
from coronal_gateway.views.jobs import job_of
from coronal_jobs.job import Job

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
        held.enter_context(at.polls.place())
        queue = held.enter_context(at.events.follow(path.id))
        last = at.events.last_id()
        job = job_of(path.id)
        missed = at.events.since(begun.event, job.id) if begun else []
        if begun and not missed and _has_seen_the_end(job, begun):
            return Response(status=HTTPStatus.NO_CONTENT)
        stream = JobStream(at.jobs, job, last, begun or Place(), missed)
        texts = stream.texts(queue, lambda: at.polls.is_stopping)
        response = Response(texts, content_type="text/event-stream")
        response.headers["X-Accel-Buffering"] = "no"  # a proxy must hand on what comes as it comes
        response.call_on_close(held.pop_all().close)
    return response


def _has_seen_the_end(job: Job, place: Place) -> bool:
    is_told = job.state.is_final and place.event != BEGINNING
    return is_told and not services().jobs.read_log(job.id, first=place.lines)

"""Submit, poll, list and delete jobs."""

from collections.abc import Callable
from http import HTTPStatus

from flask import Response, request

from coronal.errors import BadParameter, shown
from coronal_gateway.http.errors import UnsupportedBody, WrongState
from coronal_gateway.http.idempotency import IdempotencyHeader
from coronal_gateway.http.idempotent_steps import do_once, mark_replayed
from coronal_gateway.http.json_response import json_response, page_response
from coronal_gateway.http.multipart import read_form
from coronal_gateway.http.problems import problems
from coronal_gateway.http.queries import CURSOR, JobPath, JobQuery, JobsQuery, SubmitQuery, check_cursor
from coronal_gateway.http.uploads import pieces, refuse_encoding
from coronal_gateway.http.view_group import group
from coronal_gateway.jobs.schemas import JobBody, JobsBody, job_path
from coronal_gateway.jobs.submission import FILES, JobSubmission
from coronal_gateway.services import services
from coronal_jobs.errors import NotFound, TooLarge
from coronal_jobs.ids import is_job_id
from coronal_jobs.journal.submission_journal import names_of
from coronal_jobs.records.job import Job, State

__all__ = ["accepted", "api", "job_of"]

api = group("jobs", "Images through a pipeline.")

_FORM_BYTES = 1 << 20
"""Maximum size of a form apart from the image."""

_RETRY_S = "1"
_BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["pipeline", "image"],
                "properties": {
                    "pipeline": {
                        "type": "string",
                        "description": "The name of a pipeline, or a document in YAML or JSON. Sent "
                        "before the image, it is checked before the image is read.",
                    },
                    "seed": {"type": "integer", "minimum": 0, "maximum": 2**32 - 1, "default": 0},
                    "image": {"type": "string", "format": "binary"},
                    "reference": {
                        "type": "string",
                        "format": "binary",
                        "description": "A label map of the image, where a stage compares with one.",
                    },
                },
            }
        },
        "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
    },
}


@api.post(
    "/v1/jobs",
    responses={"202": JobBody, **problems(400, 413, 415, 429)},
    openapi_extensions={"requestBody": _BODY},
)
def submit(query: SubmitQuery, header: IdempotencyHeader) -> Response:
    """Submit an image and a pipeline.

    The body is a form with the parts `pipeline` and `image` (and `seed`, and a label map as `reference` where
    a stage compares with one), or the image alone, which is faster, with `?pipeline=` and `?name=`. With an
    `Idempotency-Key` it can be sent again without a second job: the response is then that of the first, with
    `Idempotent-Replayed: true`.
    """
    with JobSubmission(services(), key=header.key) as submission:
        _read_body(query, submission)
        job_id = submission.admit()
    return accepted(job_id, query.wait, is_replayed=submission.is_replayed)


@api.get("/v1/jobs/<id>", responses={"200": JobBody, "304": None, **problems(404)})
def poll(path: JobPath, query: JobQuery) -> Response:
    """Return a job.

    With `?wait=` the response waits until the job's state changes; with `If-None-Match` as well, until
    anything changes. A final job is returned at once.
    """
    job = job_of(path.id)
    seen = request.if_none_match

    def is_news(now: Job) -> bool:
        changed = not seen.contains(_etag(now)) if seen else now.state is not job.state
        return changed or now.state.is_final

    return _hold(job, is_news, query.wait)


@api.get("/v1/jobs", responses={"200": JobsBody})
def list_jobs(query: JobsQuery) -> Response:
    """List jobs, newest first."""
    check_cursor(query.cursor, CURSOR)
    state = State(query.state) if query.state else None
    page = services().jobs.page(state=state, before=query.cursor, limit=query.limit)
    catalogue = services().catalogue.recent()
    following = f"/v1/jobs?state={query.state}&limit={query.limit}&cursor={page.cursor}"
    jobs = tuple(JobBody.of(job, catalogue) for job in page.jobs)
    return page_response(JobsBody(jobs=jobs, next=following if page.cursor else None))


@api.delete("/v1/jobs/<id>", responses={"204": None, **problems(404)})
def delete(path: JobPath) -> tuple[str, int]:
    """Delete a job: its record, log, image and results."""
    job = job_of(path.id)
    # The journal first, as it would bring the job back: the second of two steps may never be taken.
    services().blob_references.submission_journal.remove(names_of(job))
    done = services().jobs.delete(job.id)
    services().remove_blobs(done.unreferenced)
    return "", HTTPStatus.NO_CONTENT


@api.post("/v1/jobs/<id>/cancel", responses={"200": JobBody, **problems(404, 409)})
def cancel(path: JobPath, header: IdempotencyHeader) -> Response:
    """Cancel a job that is queued or running.

    It is cancelled at once and for good, whether a worker is alive or not; a worker that runs it stops within
    seconds.
    """

    def do() -> None:
        state = services().jobs.cancel(path.id)
        if state is not State.CANCELLED:
            raise WrongState(state, [State.QUEUED, State.RUNNING])

    return _step(path.id, header, "cancel", do)


@api.post("/v1/jobs/<id>/retry", responses={"200": JobBody, **problems(404, 409)})
def retry(path: JobPath, header: IdempotencyHeader) -> Response:
    """Start a failed or cancelled job again where it stopped: finished stage groups aren't repeated."""

    def do() -> None:
        state = services().jobs.retry(path.id)
        if state is not State.QUEUED:
            raise WrongState(state, [State.FAILED, State.CANCELLED])

    return _step(path.id, header, "retry", do)


def accepted(job_id: str, wait_s: float, *, is_replayed: bool) -> Response:
    """Return the response for an admitted job; it waits until the job is final, at most `wait_s`."""
    job = services().jobs.get(job_id)
    response = _hold(job, lambda now: now.state.is_final, wait_s, HTTPStatus.ACCEPTED)
    response.headers["Location"] = job_path(job_id)
    return mark_replayed(response, is_replayed=is_replayed)


def job_of(job_id: str) -> Job:
    """Return the job of a path; NotFound when there is none."""
    if not is_job_id(job_id):
        raise NotFound("job", job_id)
    return services().jobs.get(job_id)


def _step(job_id: str, header: IdempotencyHeader, step: str, do: Callable[[], None]) -> Response:
    if not is_job_id(job_id):
        raise NotFound("job", job_id)
    is_replayed = do_once(header, job_id, step, do)
    return mark_replayed(_answer_job(services().jobs.get(job_id), HTTPStatus.OK), is_replayed=is_replayed)


def _read_body(query: SubmitQuery, submission: JobSubmission) -> None:
    refuse_encoding(request)
    limit_bytes = services().settings.max_upload_bytes
    if (request.content_length or 0) > len(FILES) * limit_bytes + _FORM_BYTES:
        raise TooLarge(limit_bytes)
    for part, text in (("pipeline", query.pipeline), ("seed", query.seed)):
        if text:
            submission.add_text(part, text)
    match request.mimetype:
        case "multipart/form-data" if query.name:
            raise BadParameter(
                "name", found=shown(query.name), allowed="left out: in a form the file has a name of its own"
            )
        case "multipart/form-data":
            read_form(pieces(request), request.mimetype_params.get("boundary", ""), submission)
        case "application/octet-stream":
            image = submission.add_file("image", query.name)
            for piece in pieces(request):
                image.write(piece)
            image.check()
        case other:
            raise UnsupportedBody("Content-Type", other, ["multipart/form-data", "application/octet-stream"])


def _hold(job: Job, until: Callable[[Job], bool], wait_s: float, status: int = HTTPStatus.OK) -> Response:
    held: Job | None = job
    if wait_s and not until(job):
        timeout_s = min(wait_s, services().settings.max_wait_s)
        held = services().polls.hold(job.id, until, timeout_s=timeout_s)
    response = _answer_job(held or job, status)
    if held is None:
        response.headers["Retry-After"] = _RETRY_S
    return response


def _answer_job(job: Job, status: int) -> Response:
    body = JobBody.of(job, services().catalogue.recent())
    return json_response(body, status, etag=_etag(job) if status == HTTPStatus.OK else "")


def _etag(job: Job) -> str:
    return str(job.revision)

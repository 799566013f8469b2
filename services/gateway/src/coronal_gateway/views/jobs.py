"""Submit, poll, list and delete jobs."""

import re
from collections.abc import Callable
from http import HTTPStatus

from flask import Response, current_app, request

from coronal.errors import BadParameter, shown
from coronal_gateway.answers import answer
from coronal_gateway.bodies.jobs import JobBody, JobsBody, job_path
from coronal_gateway.errors import UnsupportedBody, WrongState
from coronal_gateway.idempotency import OnceHeader
from coronal_gateway.multipart import read_form
from coronal_gateway.problems import problems
from coronal_gateway.queries import CURSOR, JobPath, JobQuery, JobsQuery, SubmitQuery
from coronal_gateway.services import services
from coronal_gateway.submission import FILES, Submission
from coronal_gateway.uploads import pieces, refuse_encoding
from coronal_gateway.views.group import group
from coronal_gateway.views.once import done_once, replayed
from coronal_jobs.errors import NotFound, StoreUnavailable, TooLarge
from coronal_jobs.ids import is_job_id
from coronal_jobs.job import Job, State
from coronal_jobs.store.intake import names_of

__all__ = ["accepted", "api", "job_of"]

api = group("jobs", "Images on their way.")

_FORM_BYTES = 1 << 20
"""What the rest of a form may take beside the image."""

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
                        "description": "The name of a pipeline, or a document in YAML or JSON. It is "
                        "checked before the image is read, where it stands before it.",
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
def submit(query: SubmitQuery, header: OnceHeader) -> Response:
    """Submit an image and what is to be done with it.

    The body is a form with the parts `pipeline` and `image` (and `seed`, and a label map as `reference` where
    a stage compares with one), or the image alone, which is faster, with `?pipeline=` and `?name=`. With an
    `Idempotency-Key` it can be sent again without a second job: the answer is then that of the first, with
    `Idempotent-Replayed: true`.
    """
    with Submission(services(), key=header.key) as submission:
        _read_body(query, submission)
        job_id = submission.admit()
    return accepted(job_id, query.wait, is_replayed=submission.is_replayed)


@api.get("/v1/jobs/<id>", responses={"200": JobBody, "304": None, **problems(404)})
def poll(path: JobPath, query: JobQuery) -> Response:
    """Tell how a job is.

    With `?wait=` the answer is held until the job's state changes; with `If-None-Match` as well, until
    anything of it changes. A job that is final is told at once.
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
    if not re.fullmatch(CURSOR, query.cursor):
        raise BadParameter("cursor", found=shown(query.cursor), allowed="as the `next` of a page says")
    state = State(query.state) if query.state else None
    page = services().jobs.page(state=state, before=query.cursor, limit=query.limit)
    catalogue = services().catalogue.recent()
    following = f"/v1/jobs?state={query.state}&limit={query.limit}&cursor={page.cursor}"
    body = JobsBody(
        jobs=tuple(JobBody.of(job, catalogue) for job in page.jobs), next=following if page.cursor else None
    )
    response = answer(body)
    if body.next:
        response.headers["Link"] = f'<{body.next}>; rel="next"'
    return response


@api.delete("/v1/jobs/<id>", responses={"204": None, **problems(404)})
def delete(path: JobPath) -> tuple[str, int]:
    """Remove a job: its record, its log, its image and its results."""
    job = job_of(path.id)
    # First what would bring it back: of two steps the second may never be taken.
    services().holdings.intake.remove(names_of(job))
    done = services().jobs.delete(job.id)
    try:
        services().holdings.remove(done.unnamed)
    except StoreUnavailable:
        # The job is gone, and asking again would find none: only the bytes stay behind.
        current_app.logger.warning("blobs that no record names could not be removed: %s", done.unnamed)
    return "", HTTPStatus.NO_CONTENT


@api.post("/v1/jobs/<id>/cancel", responses={"200": JobBody, **problems(404, 409)})
def cancel(path: JobPath, header: OnceHeader) -> Response:
    """End a job that isn't over.

    It is cancelled at once and for good, whether a worker lives or not; a worker that runs it stops within
    seconds.
    """

    def do() -> None:
        state = services().jobs.cancel(path.id)
        if state is not State.CANCELLED:
            raise WrongState(state, [State.QUEUED, State.RUNNING])

    return _step(path.id, header, "cancel", do)


@api.post("/v1/jobs/<id>/retry", responses={"200": JobBody, **problems(404, 409)})
def retry(path: JobPath, header: OnceHeader) -> Response:
    """Start a failed or cancelled job again, where it stopped: what was finished isn't done again."""

    def do() -> None:
        state = services().jobs.retry(path.id)
        if state is not State.QUEUED:
            raise WrongState(state, [State.FAILED, State.CANCELLED])

    return _step(path.id, header, "retry", do)


def accepted(job_id: str, wait_s: float, *, is_replayed: bool) -> Response:
    """Answer with a job that was admitted, or had been before; held until it is final, so long at most."""
    job = services().jobs.get(job_id)
    response = _hold(job, lambda now: now.state.is_final, wait_s, HTTPStatus.ACCEPTED)
    response.headers["Location"] = job_path(job_id)
    return replayed(response, is_replayed=is_replayed)


def job_of(job_id: str) -> Job:
    """Give the job of a path; NotFound when there is none."""
    if not is_job_id(job_id):
        raise NotFound("job", job_id)
    return services().jobs.get(job_id)


def _step(job_id: str, header: OnceHeader, step: str, do: Callable[[], None]) -> Response:
    if not is_job_id(job_id):
        raise NotFound("job", job_id)
    is_replayed = done_once(header, job_id, step, do)
    return replayed(_answer_job(services().jobs.get(job_id), HTTPStatus.OK), is_replayed=is_replayed)


def _read_body(query: SubmitQuery, submission: Submission) -> None:
    refuse_encoding(request)
    limit_bytes = services().settings.largest_upload_bytes
    if (request.content_length or 0) > len(FILES) * limit_bytes + _FORM_BYTES:
        raise TooLarge(limit_bytes)
    for part, text in (("pipeline", query.pipeline), ("seed", query.seed)):
        if text:
            submission.add_text(part, text)
    match request.mimetype:
        case "multipart/form-data" if query.name:
            raise BadParameter(
                "name", found=shown(query.name), allowed="left out: in a form the file has its own"
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
        timeout_s = min(wait_s, services().settings.longest_wait_s)
        held = services().polls.hold(job.id, until, timeout_s=timeout_s)
    response = _answer_job(held or job, status)
    if held is None:
        response.headers["Retry-After"] = _RETRY_S
    return response


def _answer_job(job: Job, status: int) -> Response:
    body = JobBody.of(job, services().catalogue.recent())
    return answer(body, status, etag=_etag(job) if status == HTTPStatus.OK else "")


def _etag(job: Job) -> str:
    return str(job.revision)

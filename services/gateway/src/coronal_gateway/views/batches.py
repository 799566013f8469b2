"""Submit, poll, list, retry, cancel and delete batches."""

import re
from http import HTTPStatus

from flask import Response, current_app, request

from coronal.errors import BadParameter, shown
from coronal_gateway.answers import answer
from coronal_gateway.batch_request import EarlierBatch, read_batch
from coronal_gateway.batch_submission import BatchSubmission
from coronal_gateway.bodies.batches import BatchBody, BatchesBody, RefusedBody, batch_path
from coronal_gateway.bodies.jobs import JobBody, JobsBody
from coronal_gateway.idempotency import OnceHeader
from coronal_gateway.problems import problems
from coronal_gateway.queries import (
    CURSOR,
    BatchesQuery,
    BatchJobsQuery,
    BatchPath,
    BatchQuery,
    RefusedQuery,
    RetryQuery,
)
from coronal_gateway.services import services
from coronal_gateway.views.group import group
from coronal_gateway.views.once import done_once, replayed
from coronal_jobs.batch import Batch
from coronal_jobs.errors import NotFound, StoreUnavailable
from coronal_jobs.ids import is_job_id
from coronal_jobs.job import State
from coronal_jobs.store.intake import names_of

__all__ = ["api", "batch_of"]

api = group("batches", "Many images through one pipeline.")

_RETRY_S = "1"
_GATHER_S = 0.05
_FILE = {"type": "string", "format": "binary"}
_BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["pipeline"],
                "properties": {
                    "pipeline": {
                        "type": "string",
                        "description": "The name of a pipeline, or a document in YAML or JSON. It is "
                        "checked before the images are read, where it stands before them.",
                    },
                    "seed": {"type": "integer", "minimum": 0, "maximum": 2**32 - 1, "default": 0},
                    "image": {"type": "array", "items": _FILE, "description": "The images."},
                    "reference": {
                        "type": "array",
                        "items": _FILE,
                        "description": "A label map for each image, of its name but for the suffix, where "
                        "a stage "
                        "compares with one.",
                    },
                    "archive": {**_FILE, "description": "A zip of images."},
                },
            }
        },
        "application/json": {"schema": EarlierBatch.model_json_schema()},
    },
}


@api.post(
    "/v1/batches",
    responses={"202": BatchBody, **problems(400, 413, 415, 429)},
    openapi_extensions={"requestBody": _BODY},
)
def submit(query: BatchQuery, header: OnceHeader) -> Response:
    """Submit many images and what is to be done with each.

    The body is a form with `pipeline` (and `seed`) and many parts `image`, or one `archive`; or JSON that
    names images by the SHA-256 of their bytes, which were sent before. What is of no format that is read is
    told among the `refused`, and stops no other. All others are queued together, or none is.
    """
    with BatchSubmission(services(), key=header.key) as submission:
        read_batch(request, submission, services().settings)
        batch_id = submission.admit()
    response = _hold(services().batches.get(batch_id), query.wait, HTTPStatus.ACCEPTED)
    response.headers["Location"] = batch_path(batch_id)
    if submission.is_replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


@api.get("/v1/batches/<id>", responses={"200": BatchBody, "304": None, **problems(404)})
def poll(path: BatchPath, query: BatchQuery) -> Response:
    """Tell how many jobs of a batch are in which state.

    With `?wait=` the answer is held until all are final; with `If-None-Match` as well, until any changes its
    state.
    """
    return _hold(batch_of(path.id), query.wait)


@api.get("/v1/batches", responses={"200": BatchesBody})
def list_batches(query: BatchesQuery) -> Response:
    """List batches, newest first."""
    if not re.fullmatch(CURSOR, query.cursor):
        raise BadParameter("cursor", found=shown(query.cursor), allowed="as the `next` of a page says")
    page = services().batches.page(before=query.cursor, limit=query.limit)
    following = f"/v1/batches?limit={query.limit}&cursor={page.cursor}" if page.cursor else None
    return _paged(BatchesBody(batches=tuple(map(BatchBody.of, page.batches)), next=following))


@api.get("/v1/batches/<id>/jobs", responses={"200": JobsBody, **problems(404)})
def list_jobs(path: BatchPath, query: BatchJobsQuery) -> Response:
    """List the jobs of a batch, in the order of its items."""
    batch = batch_of(path.id)
    state = State(query.state) if query.state else None
    page = services().batches.jobs(batch.id, state=state, after=query.after, limit=query.limit)
    catalogue = services().catalogue.recent()
    following = (
        f"{batch_path(batch.id)}/jobs?state={query.state}&limit={query.limit}&after={page.after}"
        if page.after
        else None
    )
    return _paged(JobsBody(jobs=tuple(JobBody.of(job, catalogue) for job in page.jobs), next=following))


@api.get("/v1/batches/<id>/refused", responses={"200": RefusedBody, **problems(404)})
def list_refused(path: BatchPath, query: RefusedQuery) -> Response:
    """List what was sent with a batch and not taken, in the order in which it was sent."""
    batch = batch_of(path.id)
    refused = services().batches.some_refused(batch.id, first=query.first, limit=query.limit)
    told = query.first + len(refused)
    following = f"{batch_path(batch.id)}/refused?limit={query.limit}&first={told}"
    return _paged(RefusedBody(refused=refused, next=following if told < batch.refused_count else None))


@api.post("/v1/batches/<id>/retry", responses={"200": BatchBody, **problems(404)})
def retry(path: BatchPath, query: RetryQuery, header: OnceHeader) -> Response:
    """Start the failed jobs of a batch again, or the cancelled ones; all others stay as they are."""
    batch = batch_of(path.id)
    state = State(query.state)
    is_replayed = done_once(
        header, batch.id, f"retry-{state}", lambda: services().batches.retry(batch.id, state)
    )
    response = _answer_batch(services().batches.get(batch.id), HTTPStatus.OK)
    return replayed(response, is_replayed=is_replayed)


@api.post("/v1/batches/<id>/cancel", responses={"200": BatchBody, **problems(404)})
def cancel(path: BatchPath, header: OnceHeader) -> Response:
    """End all jobs of a batch that aren't over, at once and for good."""
    batch = batch_of(path.id)
    is_replayed = done_once(header, batch.id, "cancel", lambda: services().batches.cancel(batch.id))
    response = _answer_batch(services().batches.get(batch.id), HTTPStatus.OK)
    return replayed(response, is_replayed=is_replayed)


@api.delete("/v1/batches/<id>", responses={"204": None, **problems(404)})
def delete(path: BatchPath) -> tuple[str, int]:
    """Remove a batch with all its jobs, their images and their results."""
    batch = batch_of(path.id)
    jobs = services().batches.every_job(batch.id)
    services().holdings.intake.remove(name for job in jobs for name in names_of(job))
    for unnamed in services().batches.delete(batch.id):
        try:
            services().holdings.remove(unnamed)
        except StoreUnavailable:
            # The jobs are gone, and asking again would find none: only the bytes stay behind.
            current_app.logger.warning("blobs that no record names could not be removed: %s", unnamed)
    return "", HTTPStatus.NO_CONTENT


def batch_of(batch_id: str) -> Batch:
    """Give the batch of a path; NotFound when there is none."""
    if not is_job_id(batch_id):
        raise NotFound("batch", batch_id)
    return services().batches.get(batch_id)


def _hold(batch: Batch, wait_s: float, status: int = HTTPStatus.OK) -> Response:
    seen = request.if_none_match

    def is_news(now: Batch) -> bool:
        return now.is_final or bool(seen and not seen.contains(_etag(now)))

    held: Batch | None = batch
    if wait_s and not is_news(batch):
        timeout_s = min(wait_s, services().settings.longest_wait_s)
        held = services().polls.hold_read(
            batch.id,
            lambda: services().batches.get(batch.id),
            is_news,
            timeout_s=timeout_s,
            gather_s=_GATHER_S,
        )
    response = _answer_batch(held or batch, status)
    if held is None:
        response.headers["Retry-After"] = _RETRY_S
    return response


def _answer_batch(batch: Batch, status: int) -> Response:
    return answer(BatchBody.of(batch), status, etag=_etag(batch) if status == HTTPStatus.OK else "")


def _paged(body: BatchesBody | JobsBody | RefusedBody) -> Response:
    response = answer(body)
    if body.next:
        response.headers["Link"] = f'<{body.next}>; rel="next"'
    return response


def _etag(batch: Batch) -> str:
    return str(batch.revision)

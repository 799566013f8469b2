"""Submit, poll, list, retry, cancel and delete batches."""

from http import HTTPStatus

from flask import Response, request

from coronal_gateway.batches.request import StoredBatch, read_batch
from coronal_gateway.batches.schemas import BatchBody, BatchesBody, RefusedBody, batch_path
from coronal_gateway.batches.submission import BatchSubmission
from coronal_gateway.http.idempotency import IdempotencyHeader
from coronal_gateway.http.idempotent_steps import do_once, mark_replayed
from coronal_gateway.http.json_response import json_response, page_response
from coronal_gateway.http.problems import problems
from coronal_gateway.http.queries import (
    CURSOR,
    BatchesQuery,
    BatchJobsQuery,
    BatchPath,
    BatchQuery,
    RefusedQuery,
    RetryQuery,
    check_cursor,
)
from coronal_gateway.http.view_group import group
from coronal_gateway.jobs.schemas import JobBody, JobsBody
from coronal_gateway.services import services
from coronal_jobs.errors import NotFound
from coronal_jobs.ids import is_job_id
from coronal_jobs.journal.submission_journal import names_of
from coronal_jobs.records.batch import Batch
from coronal_jobs.records.job import State

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
                        "description": "The name of a pipeline, or a document in YAML or JSON. Sent "
                        "before the images, it is checked before they are read.",
                    },
                    "seed": {"type": "integer", "minimum": 0, "maximum": 2**32 - 1, "default": 0},
                    "image": {"type": "array", "items": _FILE, "description": "The images."},
                    "reference": {
                        "type": "array",
                        "items": _FILE,
                        "description": "A label map for each image, with the image's name apart from the "
                        "suffix, where a stage compares with one.",
                    },
                    "archive": {**_FILE, "description": "A zip of images."},
                },
            }
        },
        "application/json": {"schema": StoredBatch.model_json_schema()},
    },
}


@api.post(
    "/v1/batches",
    responses={"202": BatchBody, **problems(400, 413, 415, 429)},
    openapi_extensions={"requestBody": _BODY},
)
def submit(query: BatchQuery, header: IdempotencyHeader) -> Response:
    """Submit many images and a pipeline.

    The body is a form with `pipeline` (and `seed`) and many parts `image`, or one `archive`; or JSON with the
    SHA-256 of images that were uploaded before. A file of an unknown format is listed in `refused`, and
    doesn't stop the others: they are queued together, or none is.
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
    """Return the number of jobs of a batch in each state.

    With `?wait=` the response waits until all are final; with `If-None-Match` as well, until any changes its
    state.
    """
    return _hold(batch_of(path.id), query.wait)


@api.get("/v1/batches", responses={"200": BatchesBody})
def list_batches(query: BatchesQuery) -> Response:
    """List batches, newest first."""
    check_cursor(query.cursor, CURSOR)
    page = services().batches.page(before=query.cursor, limit=query.limit)
    following = f"/v1/batches?limit={query.limit}&cursor={page.cursor}" if page.cursor else None
    return page_response(BatchesBody(batches=tuple(map(BatchBody.of, page.batches)), next=following))


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
    return page_response(
        JobsBody(jobs=tuple(JobBody.of(job, catalogue) for job in page.jobs), next=following)
    )


@api.get("/v1/batches/<id>/refused", responses={"200": RefusedBody, **problems(404)})
def list_refused(path: BatchPath, query: RefusedQuery) -> Response:
    """List the refused items of a batch, in the order of submission."""
    batch = batch_of(path.id)
    refused = services().batches.some_refused(batch.id, first=query.first, limit=query.limit)
    reported = query.first + len(refused)
    following = f"{batch_path(batch.id)}/refused?limit={query.limit}&first={reported}"
    has_more = reported < batch.refused_count
    return page_response(RefusedBody(refused=refused, next=following if has_more else None))


@api.post("/v1/batches/<id>/retry", responses={"200": BatchBody, **problems(404)})
def retry(path: BatchPath, query: RetryQuery, header: IdempotencyHeader) -> Response:
    """Start the failed or the cancelled jobs of a batch again; all others are left alone."""
    batch = batch_of(path.id)
    state = State(query.state)
    is_replayed = do_once(
        header, batch.id, f"retry-{state}", lambda: services().batches.retry(batch.id, state)
    )
    response = _answer_batch(services().batches.get(batch.id), HTTPStatus.OK)
    return mark_replayed(response, is_replayed=is_replayed)


@api.post("/v1/batches/<id>/cancel", responses={"200": BatchBody, **problems(404)})
def cancel(path: BatchPath, header: IdempotencyHeader) -> Response:
    """Cancel all jobs of a batch that are queued or running, at once and for good."""
    batch = batch_of(path.id)
    is_replayed = do_once(header, batch.id, "cancel", lambda: services().batches.cancel(batch.id))
    response = _answer_batch(services().batches.get(batch.id), HTTPStatus.OK)
    return mark_replayed(response, is_replayed=is_replayed)


@api.delete("/v1/batches/<id>", responses={"204": None, **problems(404)})
def delete(path: BatchPath) -> tuple[str, int]:
    """Delete a batch with all its jobs, their images and results."""
    batch = batch_of(path.id)
    jobs = services().batches.every_job(batch.id)
    services().blob_references.submission_journal.remove(name for job in jobs for name in names_of(job))
    for unreferenced in services().batches.delete(batch.id):
        services().remove_blobs(unreferenced)
    return "", HTTPStatus.NO_CONTENT


def batch_of(batch_id: str) -> Batch:
    """Return the batch of a path; NotFound when there is none."""
    if not is_job_id(batch_id):
        raise NotFound("batch", batch_id)
    return services().batches.get(batch_id)


def _hold(batch: Batch, wait_s: float, status: int = HTTPStatus.OK) -> Response:
    seen = request.if_none_match

    def is_news(now: Batch) -> bool:
        return now.is_final or bool(seen and not seen.contains(_etag(now)))

    held: Batch | None = batch
    if wait_s and not is_news(batch):
        timeout_s = min(wait_s, services().settings.max_wait_s)
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
    return json_response(BatchBody.of(batch), status, etag=_etag(batch) if status == HTTPStatus.OK else "")


def _etag(batch: Batch) -> str:
    return str(batch.revision)

"""Results of a batch: as one table, and as one zip."""

from collections.abc import Iterator

from flask import Response

from coronal_gateway.batches.comparison import comparison
from coronal_gateway.batches.results_zip import results_zip
from coronal_gateway.batches.table import merged_table
from coronal_gateway.batches.views import batch_of
from coronal_gateway.http.problems import problems
from coronal_gateway.http.queries import BatchPath
from coronal_gateway.http.serving_artifacts import prefetched, verify_if_requested
from coronal_gateway.http.view_group import group
from coronal_gateway.services import services

__all__ = ["api"]

api = group("batch_results", "Results of batches.")

_CSV = {"content": {"text/csv": {"schema": {"type": "string"}}}}
_ZIP = {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}


@api.get("/v1/batches/<id>/results/measurements.csv", responses={"200": _CSV, **problems(404, 500)})
def measurements(path: BatchPath) -> Response:
    """Return the measurements of all jobs that have succeeded so far, as one table."""
    return _table(path.id, "measurements")


@api.get("/v1/batches/<id>/results/predictions.csv", responses={"200": _CSV, **problems(404, 500)})
def predictions(path: BatchPath) -> Response:
    """Return the predictions of all jobs that have succeeded so far, as one table."""
    return _table(path.id, "predictions")


@api.get("/v1/batches/<id>/results/comparison.csv", responses={"200": _CSV, **problems(404, 500)})
def compared(path: BatchPath) -> Response:
    """Return the agreement of all succeeded jobs with their references: mean, spread, worst images."""
    at, batch = services(), batch_of(path.id)
    text = comparison(at.batches.every_job(batch.id), at.blobs)
    return _attachment(iter([text.encode()]), "text/csv; charset=utf-8", "comparison.csv")


@api.get("/v1/batches/<id>/results/results.zip", responses={"200": _ZIP, **problems(404, 500)})
def results(path: BatchPath) -> Response:
    """Return the files of all jobs that have succeeded so far, a folder each, and a summary of all items."""
    at, batch = services(), batch_of(path.id)
    verify_if_requested(artifact for job in at.batches.every_job(batch.id) for artifact in job.artifacts)
    pieces = results_zip(at.batches.every_job(batch.id), at.batches.refused(batch.id), at.blobs, at.executor)
    return _attachment(pieces, "application/zip", f"{batch.id}.zip")


def _table(batch_id: str, stem: str) -> Response:
    at, batch = services(), batch_of(batch_id)
    verify_if_requested(
        artifact
        for job in at.batches.every_job(batch.id)
        for artifact in job.artifacts
        if artifact.name.startswith(stem)
    )
    pieces = merged_table(lambda: at.batches.every_job(batch.id), at.blobs, stem)
    return _attachment(pieces, "text/csv; charset=utf-8", f"{stem}.csv")


def _attachment(pieces: Iterator[bytes], media_type: str, name: str) -> Response:
    response = Response(prefetched(filter(None, pieces)), content_type=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response

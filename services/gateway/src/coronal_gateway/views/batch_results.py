"""What the jobs of a batch have left: as one table, and as one zip."""

from collections.abc import Iterator

from flask import Response

from coronal_gateway.batch_comparison import comparison
from coronal_gateway.batch_table import one_table
from coronal_gateway.batch_zip import one_zip
from coronal_gateway.problems import problems
from coronal_gateway.queries import BatchPath
from coronal_gateway.sending import begun, check_if_wanted
from coronal_gateway.services import services
from coronal_gateway.views.batches import batch_of
from coronal_gateway.views.group import group

__all__ = ["api"]

api = group("batch_results", "What batches have left.")

_CSV = {"content": {"text/csv": {"schema": {"type": "string"}}}}
_ZIP = {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}


@api.get("/v1/batches/<id>/results/measurements.csv", responses={"200": _CSV, **problems(404, 500)})
def measurements(path: BatchPath) -> Response:
    """Give the measurements of all jobs that have succeeded by now, as one table."""
    return _table(path.id, "measurements")


@api.get("/v1/batches/<id>/results/predictions.csv", responses={"200": _CSV, **problems(404, 500)})
def predictions(path: BatchPath) -> Response:
    """Give the predictions of all jobs that have succeeded by now, as one table."""
    return _table(path.id, "predictions")


@api.get("/v1/batches/<id>/results/comparison.csv", responses={"200": _CSV, **problems(404, 500)})
def compared(path: BatchPath) -> Response:
    """Give how well all jobs that have succeeded agree with their references: mean, spread, the worst."""
    at, batch = services(), batch_of(path.id)
    text = comparison(at.batches.every_job(batch.id), at.blobs)
    return _sent(iter([text.encode()]), "text/csv; charset=utf-8", "comparison.csv")


@api.get("/v1/batches/<id>/results/results.zip", responses={"200": _ZIP, **problems(404, 500)})
def results(path: BatchPath) -> Response:
    """Give the files of all jobs that have succeeded by now, a folder each, and a summary of all items."""
    at, batch = services(), batch_of(path.id)
    check_if_wanted(artifact for job in at.batches.every_job(batch.id) for artifact in job.artifacts)
    pieces = one_zip(at.batches.every_job(batch.id), at.batches.refused(batch.id), at.blobs, at.aside)
    return _sent(pieces, "application/zip", f"{batch.id}.zip")


def _table(batch_id: str, stem: str) -> Response:
    at, batch = services(), batch_of(batch_id)
    check_if_wanted(
        artifact
        for job in at.batches.every_job(batch.id)
        for artifact in job.artifacts
        if artifact.name.startswith(stem)
    )
    pieces = one_table(lambda: at.batches.every_job(batch.id), at.blobs, stem)
    return _sent(pieces, "text/csv; charset=utf-8", f"{stem}.csv")


def _sent(pieces: Iterator[bytes], media_type: str, name: str) -> Response:
    response = Response(begun(filter(None, pieces)), content_type=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response

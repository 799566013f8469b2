"""Data sets: labelled images, stored in versions under a name."""

from http import HTTPStatus

from flask import Response, request

from coronal_gateway.datasets.submission import DatasetSubmission
from coronal_gateway.datasets.version_views import delete_version, file_of, newest_page, version_of
from coronal_gateway.http.errors import UnsupportedBody
from coronal_gateway.http.idempotency import IdempotencyHeader
from coronal_gateway.http.json_body import bounded
from coronal_gateway.http.json_response import json_response, page_response
from coronal_gateway.http.multipart import read_form
from coronal_gateway.http.problems import problems
from coronal_gateway.http.queries import NamePath, NewestQuery, OrderQuery, VersionFilePath, VersionPath
from coronal_gateway.http.uploads import refuse_encoding
from coronal_gateway.http.view_group import group
from coronal_gateway.jobs.schemas import JobBody
from coronal_gateway.jobs.views import accepted
from coronal_gateway.models.schemas import DatasetsBody, VersionBody, VersionsBody
from coronal_gateway.services import services

__all__ = ["api"]

api = group("datasets", "Labelled images.")

_FORM_BYTES = 1 << 20
_BYTES = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
_BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["name", "archive"],
                "properties": {
                    "name": {"type": "string", "description": "Name of the data set: a-z, 0-9 and hyphens."},
                    "description": {"type": "string"},
                    "archive": {
                        "type": "string",
                        "format": "binary",
                        "description": "A zip with a folder for each class, with a labels.csv, or with "
                        "folders images and labels; or an npz in the layout of Keras's MNIST or of MedMNIST.",
                    },
                },
            }
        },
    },
}


@api.post(
    "/v1/datasets",
    responses={"202": JobBody, **problems(400, 413, 415, 429)},
    openapi_extensions={"requestBody": _BODY},
)
def add(query: OrderQuery, header: IdempotencyHeader) -> Response:
    """Upload labelled images as a data set.

    A job reads and checks them. When it has succeeded, `published` names the version; the same images again
    become the same version. A data set with any error is refused as a whole: the job fails, and its log lists
    all errors.
    """
    with DatasetSubmission(services(), key=header.key) as submission:
        refuse_encoding(request)
        if request.mimetype != "multipart/form-data":
            raise UnsupportedBody("Content-Type", request.mimetype, ["multipart/form-data"])
        body = bounded(request, services().settings.max_batch_bytes + _FORM_BYTES)
        read_form(body, request.mimetype_params.get("boundary", ""), submission)
        job_id = submission.admit()
    return accepted(job_id, query.wait, is_replayed=submission.is_replayed)


@api.get("/v1/datasets", responses={"200": DatasetsBody})
def list_datasets(query: NewestQuery) -> Response:
    """List the newest version of each data set, the last that was added first."""
    versions, following = newest_page("datasets", query)
    return page_response(DatasetsBody(datasets=tuple(map(VersionBody.of, versions)), next=following))


@api.get("/v1/datasets/<name>", responses={"200": VersionsBody, **problems(404)})
def show(path: NamePath) -> Response:
    """List all versions of a data set."""
    versions = services().blob_references.registry.versions("datasets", path.name)
    return json_response(VersionsBody(name=path.name, versions=tuple(map(VersionBody.of, versions))))


@api.get("/v1/datasets/<name>/<version>", responses={"200": VersionBody, **problems(404)})
def show_version(path: VersionPath) -> Response:
    """Return one version (or the `latest`): its classes and their counts, shapes and patients."""
    return json_response(VersionBody.of(version_of("datasets", path.name, path.version)))


@api.get(
    "/v1/datasets/<name>/<version>/files/<file>", responses={"200": _BYTES, "304": None, **problems(404, 500)}
)
def download(path: VersionFilePath) -> Response:
    """Return a file of a version: `contact-sheet.png` shows some images of each class."""
    return file_of(version_of("datasets", path.name, path.version), path.file)


@api.delete("/v1/datasets/<name>/<version>", responses={"204": None, **problems(404)})
def delete(path: VersionPath) -> tuple[str, int]:
    """Delete a version of a data set. Models trained on it, and jobs that use it, are kept."""
    delete_version("datasets", path.name, path.version)
    return "", HTTPStatus.NO_CONTENT

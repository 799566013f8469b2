"""Labelled images, kept under a name."""

from http import HTTPStatus

from flask import Response, request

from coronal_gateway.answers import answer
from coronal_gateway.bodies.jobs import JobBody
from coronal_gateway.bodies.registry import DatasetsBody, VersionBody, VersionsBody
from coronal_gateway.dataset_submission import DatasetSubmission
from coronal_gateway.errors import UnsupportedBody
from coronal_gateway.idempotency import OnceHeader
from coronal_gateway.json_body import bounded
from coronal_gateway.multipart import read_form
from coronal_gateway.problems import problems
from coronal_gateway.queries import NamePath, NewestQuery, OrderQuery, VersionFilePath, VersionPath
from coronal_gateway.services import services
from coronal_gateway.uploads import refuse_encoding
from coronal_gateway.views.group import group
from coronal_gateway.views.jobs import accepted
from coronal_gateway.views.versions import file_of, newest, version_of, withdraw
from coronal_jobs.registry import Version

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
                    "name": {"type": "string", "description": "What it is called: of a-z, 0-9 and hyphens."},
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
def add(query: OrderQuery, header: OnceHeader) -> Response:
    """Send labelled images, to be kept as a data set.

    A job reads and checks them. When it has succeeded, `published` tells the version that they have become;
    the same images again are the same version. A data set with anything wrong in it is refused whole: the job
    fails, and its log tells all that is wrong.
    """
    with DatasetSubmission(services(), key=header.key) as submission:
        refuse_encoding(request)
        if request.mimetype != "multipart/form-data":
            raise UnsupportedBody("Content-Type", request.mimetype, ["multipart/form-data"])
        body = bounded(request, services().settings.largest_batch_bytes + _FORM_BYTES)
        read_form(body, request.mimetype_params.get("boundary", ""), submission)
        job_id = submission.admit()
    return accepted(job_id, query.wait, is_replayed=submission.is_replayed)


@api.get("/v1/datasets", responses={"200": DatasetsBody})
def list_datasets(query: NewestQuery) -> Response:
    """List the newest version of each data set, the last that was added first."""
    versions, following = newest("datasets", query)
    return answer(DatasetsBody(datasets=tuple(map(_told, versions)), next=following))


@api.get("/v1/datasets/<name>", responses={"200": VersionsBody, **problems(404)})
def show(path: NamePath) -> Response:
    """Tell of all versions of a data set."""
    versions = services().holdings.registry.versions("datasets", path.name)
    return answer(VersionsBody(name=path.name, versions=tuple(map(_told, versions))))


@api.get("/v1/datasets/<name>/<version>", responses={"200": VersionBody, **problems(404)})
def show_version(path: VersionPath) -> Response:
    """Tell of one version (or of the `latest`): its classes and their counts, shapes and patients."""
    return answer(_told(version_of("datasets", path.name, path.version)))


@api.get(
    "/v1/datasets/<name>/<version>/files/<file>", responses={"200": _BYTES, "304": None, **problems(404, 500)}
)
def download(path: VersionFilePath) -> Response:
    """Give a file that stays with a version: `contact-sheet.png` shows some images of each class."""
    return file_of(version_of("datasets", path.name, path.version), path.file)


@api.delete("/v1/datasets/<name>/<version>", responses={"204": None, **problems(404)})
def delete(path: VersionPath) -> tuple[str, int]:
    """Remove a version of a data set. Models that were trained on it, and jobs that use it, stay."""
    withdraw("datasets", path.name, path.version)
    return "", HTTPStatus.NO_CONTENT


def _told(version: Version) -> VersionBody:
    return VersionBody.of(version)

"""Named pipelines."""

from http import HTTPStatus

from flask import Response, request

from coronal.errors import BadParameter, shown
from coronal.pipelines.document import MAX_DOCUMENT_LENGTH
from coronal.pipelines.pipeline import Pipeline, parse
from coronal_gateway.http.errors import MalformedBody, UnsupportedBody
from coronal_gateway.http.json_response import json_response
from coronal_gateway.http.problems import problems
from coronal_gateway.http.queries import NamePath
from coronal_gateway.http.schema import Body
from coronal_gateway.http.uploads import pieces, refuse_encoding
from coronal_gateway.http.view_group import group
from coronal_gateway.pipelines.plan import is_name, pinned
from coronal_gateway.services import services
from coronal_jobs.errors import TooLarge
from coronal_jobs.pipeline.validation import check

__all__ = ["api"]

api = group("pipelines", "Named pipelines.")

_TYPES = ("application/yaml", "application/json", "application/x-yaml", "text/yaml")
_MAX_BODY_BYTES = 4 * MAX_DOCUMENT_LENGTH
_BODY = {"required": True, "content": {kind: {"schema": {"type": "object"}} for kind in _TYPES[:2]}}


class PipelinesBody(Body):
    """The named pipelines."""

    pipelines: tuple[Pipeline, ...]


@api.get("/v1/pipelines", responses={"200": PipelinesBody})
def list_pipelines() -> Response:
    """List the pipelines by name: those that users stored, and those that plugins bring."""
    return json_response(PipelinesBody(pipelines=tuple(services().pipelines.all())))


@api.get("/v1/pipelines/<name>", responses={"200": Pipeline, **problems(404)})
def show(path: NamePath) -> Response:
    """Return a pipeline in long form."""
    return json_response(services().pipelines.get(path.name))


@api.put(
    "/v1/pipelines/<name>",
    responses={"200": Pipeline, "201": Pipeline, **problems(400, 413, 415)},
    openapi_extensions={"requestBody": _BODY},
)
def put(path: NamePath) -> Response:
    """Store a pipeline under a name, once it is validated against the catalogue."""
    pipeline = _named(services().executor(parse, _read_text()), path.name)
    pinned_now = pinned(
        services(), pipeline
    )  # the stored one isn't pinned: an alias may refer to another version tomorrow
    services().catalogue.ask(lambda catalogue: check(pinned_now, catalogue))
    is_new = services().pipelines.put(pipeline)
    return json_response(pipeline, HTTPStatus.CREATED if is_new else HTTPStatus.OK)


@api.delete("/v1/pipelines/<name>", responses={"204": None, **problems(404, 409)})
def delete(path: NamePath) -> tuple[str, int]:
    """Delete a stored pipeline. Jobs that were submitted with it are unaffected."""
    services().pipelines.delete(path.name)
    return "", HTTPStatus.NO_CONTENT


def _read_text() -> str:
    refuse_encoding(request)
    if request.mimetype not in _TYPES:
        raise UnsupportedBody("Content-Type", request.mimetype, _TYPES[:2])
    body = bytearray()
    for piece in pieces(request):
        body += piece
        if len(body) > _MAX_BODY_BYTES:
            raise TooLarge(_MAX_BODY_BYTES)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as wrong:
        raise MalformedBody("the body must be a text in UTF-8") from wrong


def _named(pipeline: Pipeline, name: str) -> Pipeline:
    if not is_name(name):
        raise BadParameter("name", found=shown(name), allowed="short, of a-z, 0-9 and single hyphens")
    if pipeline.name not in ("", name):
        raise BadParameter(
            "name", found=shown(pipeline.name), allowed=f"left out or {name!r}, as in the path"
        )
    return pipeline.model_copy(update={"name": name})

"""Pipelines that have a name."""

from http import HTTPStatus

from flask import Response, request

from coronal.errors import BadParameter, shown
from coronal_gateway.answers import answer
from coronal_gateway.bodies.body import Body
from coronal_gateway.errors import MalformedBody, UnsupportedBody
from coronal_gateway.parts import is_name, pinned
from coronal_gateway.problems import problems
from coronal_gateway.queries import NamePath
from coronal_gateway.services import services
from coronal_gateway.uploads import pieces, refuse_encoding
from coronal_gateway.views.group import group
from coronal_jobs.checking import check
from coronal_jobs.document import LARGEST_DOCUMENT
from coronal_jobs.errors import TooLarge
from coronal_jobs.pipeline import Pipeline, parse

__all__ = ["api"]

api = group("pipelines", "Named pipelines.")

_TYPES = ("application/yaml", "application/json", "application/x-yaml", "text/yaml")
_LARGEST_BODY_BYTES = 4 * LARGEST_DOCUMENT
_BODY = {"required": True, "content": {kind: {"schema": {"type": "object"}} for kind in _TYPES[:2]}}


class PipelinesBody(Body):
    """The pipelines that have a name."""

    pipelines: tuple[Pipeline, ...]


@api.get("/v1/pipelines", responses={"200": PipelinesBody})
def list_pipelines() -> Response:
    """List the pipelines, by name: those that users have kept, and those that plugins bring."""
    return answer(PipelinesBody(pipelines=tuple(services().pipelines.all())))


@api.get("/v1/pipelines/<name>", responses={"200": Pipeline, **problems(404)})
def show(path: NamePath) -> Response:
    """Give a pipeline in long form."""
    return answer(services().pipelines.get(path.name))


@api.put(
    "/v1/pipelines/<name>",
    responses={"200": Pipeline, "201": Pipeline, **problems(400, 413, 415)},
    openapi_extensions={"requestBody": _BODY},
)
def put(path: NamePath) -> Response:
    """Keep a pipeline under a name, once it is checked against the catalogue."""
    pipeline = _named(services().aside(parse, _read_text()), path.name)
    now = pinned(services(), pipeline)  # what is kept isn't: an alias stands for another version tomorrow
    services().catalogue.ask(lambda catalogue: check(now, catalogue))
    is_new = services().pipelines.put(pipeline)
    return answer(pipeline, HTTPStatus.CREATED if is_new else HTTPStatus.OK)


@api.delete("/v1/pipelines/<name>", responses={"204": None, **problems(404, 409)})
def delete(path: NamePath) -> tuple[str, int]:
    """Forget a pipeline that was kept. Jobs that it was used for stay as they are."""
    services().pipelines.delete(path.name)
    return "", HTTPStatus.NO_CONTENT


def _read_text() -> str:
    refuse_encoding(request)
    if request.mimetype not in _TYPES:
        raise UnsupportedBody("Content-Type", request.mimetype, _TYPES[:2])
    body = bytearray()
    for piece in pieces(request):
        body += piece
        if len(body) > _LARGEST_BODY_BYTES:
            raise TooLarge(_LARGEST_BODY_BYTES)
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

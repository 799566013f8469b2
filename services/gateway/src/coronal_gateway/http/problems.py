"""Errors as problem details (RFC 9457): the table from error classes to HTTP status, and the response."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import Flask, Response, current_app, request
from flask_openapi3.types import ResponseDict
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from coronal.errors import CoronalError, InputError, UnknownFormat
from coronal_gateway.http.errors import (
    CrossSite,
    InputGone,
    MalformedBody,
    NotFinished,
    NotReplayable,
    NotSucceeded,
    PluginPipeline,
    TooManyItems,
    UnknownHost,
    UnsupportedBody,
    WrongState,
)
from coronal_jobs.errors import BlobDamaged, NotFound, QueueFull, StoreUnavailable, TooLarge, VersionInUse

__all__ = ["STATUS", "Problem", "problems", "register"]

STATUS: Mapping[type[CoronalError], HTTPStatus] = {
    CoronalError: HTTPStatus.INTERNAL_SERVER_ERROR,
    InputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnknownHost: HTTPStatus.MISDIRECTED_REQUEST,
    CrossSite: HTTPStatus.FORBIDDEN,
    MalformedBody: HTTPStatus.BAD_REQUEST,
    NotFound: HTTPStatus.NOT_FOUND,
    NotFinished: HTTPStatus.CONFLICT,
    NotSucceeded: HTTPStatus.CONFLICT,
    WrongState: HTTPStatus.CONFLICT,
    NotReplayable: HTTPStatus.CONFLICT,
    InputGone: HTTPStatus.GONE,
    PluginPipeline: HTTPStatus.CONFLICT,
    VersionInUse: HTTPStatus.CONFLICT,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    TooManyItems: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UnknownFormat: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    UnsupportedBody: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    QueueFull: HTTPStatus.TOO_MANY_REQUESTS,
    StoreUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    BlobDamaged: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""HTTP status of an error: that of its class, or of the nearest base class."""

_MEDIA_TYPE = "application/problem+json"
_FACTS = ("stage", "parameter", "found", "allowed", "differs", "limit_bytes", "limit_items")
_DETAILS = {
    HTTPStatus.NOT_FOUND: "there is nothing at this path",
    HTTPStatus.INTERNAL_SERVER_ERROR: "an internal error; see the gateway's log",
}


class Problem(BaseModel):
    """Why a request failed (RFC 9457)."""

    model_config = ConfigDict(frozen=True)

    type: str = Field(description="The kind of problem, as a URI.")
    title: str = Field(description="The kind of problem, in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What was wrong, what was found, and what would be right.")
    instance: str = Field(description="The path of the request.")
    code: str = Field(description="The kind of problem, as a stable word, e.g. bad-parameter.")
    stage: str | None = Field(default=None, description="The stage at fault, e.g. stage 2, otsu.")
    parameter: str | None = Field(default=None, description="The parameter at fault.")
    found: str | None = Field(default=None, description="The value that was found, shortened.")
    allowed: str | tuple[str, ...] | None = Field(
        default=None, description="What would be valid: in words, or the existing names."
    )
    differs: tuple[str, ...] | None = Field(
        default=None, description="The parts that differ from what the same Idempotency-Key came with before."
    )
    limit_bytes: int | None = Field(default=None, description="The maximum size.")
    limit_items: int | None = Field(default=None, description="The maximum number of items in a batch.")


def register(app: Flask) -> None:
    """Make an app answer every error with a problem."""
    app.register_error_handler(CoronalError, _answer_error)
    app.register_error_handler(HTTPException, _answer_http)


def problems(*statuses: int) -> ResponseDict:
    """Return the OpenAPI description of the problems with which a path may answer."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        str(status): {"description": HTTPStatus(status).phrase, "content": {_MEDIA_TYPE: schema}}
        for status in statuses
    }


def _answer_error(error: CoronalError) -> Response:
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    facts = {name: getattr(error, name, "") for name in _FACTS}
    response = _respond(status, error.code, str(error), facts)
    if isinstance(error, BlobDamaged):  # the operator must learn of the damaged disk
        current_app.logger.error("%s", error)
    if isinstance(error, QueueFull | StoreUnavailable):
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def _answer_http(error: HTTPException) -> Response | HTTPException:
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error
    status = HTTPStatus(error.code)
    code = status.phrase.lower().replace(" ", "-")
    detail = _DETAILS.get(status) or error.description or status.phrase
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted(error.valid_methods or ()))
        detail = f"the method must be one of {allowed}, found {request.method}"
    response = _respond(status, code, detail, {})
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _respond(status: HTTPStatus, code: str, detail: str, facts: Mapping[str, object]) -> Response:
    problem = Problem.model_validate(
        {
            "type": f"urn:coronal:problem:{code}",
            "title": code.replace("-", " ").capitalize(),
            "status": status,
            "detail": detail,
            "instance": request.path,
            "code": code,
            **{name: fact for name, fact in facts.items() if fact != ""},
        }
    )
    return Response(problem.model_dump_json(exclude_none=True), status, mimetype=_MEDIA_TYPE)

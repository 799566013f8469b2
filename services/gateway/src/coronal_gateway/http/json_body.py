"""JSON bodies of requests: read up to a limit and validated against a model."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from flask import Request
from pydantic import BaseModel, ValidationError

from coronal.errors import BadParameter, shown
from coronal_gateway.http.errors import MalformedBody, UnsupportedBody
from coronal_gateway.http.uploads import pieces, refuse_encoding
from coronal_jobs.errors import TooLarge

__all__ = ["bounded", "parsed", "read_json"]

T = TypeVar("T", bound=BaseModel)


def read_json(request: Request, model: type[T], limit_bytes: int) -> T:
    """Read and validate the JSON body of a request.

    Raises
    ------
    UnsupportedBody
        When its media type isn't JSON.
    MalformedBody
        When it isn't JSON, or is truncated.
    TooLarge
        When it exceeds the limit.
    BadParameter
        When a value in it is invalid, with its name.
    """
    refuse_encoding(request)
    if request.mimetype != "application/json":
        raise UnsupportedBody("Content-Type", request.mimetype, ["application/json"])
    return parsed(b"".join(bounded(request, limit_bytes)), model)


def bounded(request: Request, limit_bytes: int) -> Iterator[bytes]:
    """Yield a body in pieces; TooLarge when it is too long, at once where Content-Length says so."""
    if (request.content_length or 0) > limit_bytes:
        raise TooLarge(limit_bytes)
    return _counted(pieces(request), limit_bytes)


def _counted(body: Iterable[bytes], limit_bytes: int) -> Iterator[bytes]:
    size_bytes = 0
    for piece in body:
        size_bytes += len(piece)
        if size_bytes > limit_bytes:
            raise TooLarge(limit_bytes)
        yield piece


def parsed(text: bytes, model: type[T]) -> T:
    """Parse JSON into a model; MalformedBody when it isn't JSON, BadParameter for the first invalid value."""
    try:
        return model.model_validate_json(text)
    except ValidationError as invalid:
        wrong = invalid.errors(include_url=False, include_context=False)[0]
        if wrong["type"] == "json_invalid":
            raise MalformedBody("the body must be JSON") from invalid
        place = ".".join(map(str, wrong["loc"])) or "body"
        found = None if wrong["type"] == "missing" else shown(wrong["input"])
        raise BadParameter(place, found=found, allowed=wrong["msg"]) from invalid

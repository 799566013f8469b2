"""Answers with a body of JSON."""

from http import HTTPStatus

from flask import Response, request
from pydantic import BaseModel

__all__ = ["answer"]


def answer(body: BaseModel, status: int = HTTPStatus.OK, *, etag: str = "") -> Response:
    """Answer with a body; with an empty 304 where the client has that of this tag already."""
    response = Response(body.model_dump_json(by_alias=True), status, mimetype="application/json")
    if etag:
        response.set_etag(etag)
        response.make_conditional(request)
    return response

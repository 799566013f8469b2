"""Responses with a JSON body."""

from http import HTTPStatus

from flask import Response, request
from pydantic import BaseModel

from coronal_gateway.http.schema import Page

__all__ = ["json_response", "page_response"]


def json_response(body: BaseModel, status: int = HTTPStatus.OK, *, etag: str = "") -> Response:
    """Return a response with a body; an empty 304 where the client has the one with this ETag already."""
    response = Response(body.model_dump_json(by_alias=True), status, mimetype="application/json")
    if etag:
        response.set_etag(etag)
        response.make_conditional(request)
    return response


def page_response(page: Page) -> Response:
    """Return a response with a page of a list, and the path of the next in the header Link."""
    response = json_response(page)
    if page.next:
        response.headers["Link"] = f'<{page.next}>; rel="next"'
    return response

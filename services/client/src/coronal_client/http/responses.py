"""The JSON object that a response holds, or the error that it reports."""

from typing import Any

import httpx

from coronal_client.errors import BadAnswer, NotFound, Refused, ServerProblem, Unavailable
from coronal_client.http.problem import Problem

__all__ = ["error_of", "object_of"]


def object_of(response: httpx.Response) -> dict[str, Any]:
    """Return the JSON object of a response; raise `BadAnswer` where it holds none."""
    try:
        body = response.json()
    except ValueError as error:
        raise BadAnswer(f"{response.url} answers with what is no JSON") from error
    if not isinstance(body, dict):
        raise BadAnswer(f"{response.url} answers with JSON that is no object")
    return body


def error_of(response: httpx.Response) -> ServerProblem:
    """Return the error that a response without success reports."""
    try:
        body = response.json()
    except ValueError:
        body = None
    problem = Problem.of(response.status_code, body, response.headers.get("Retry-After"))
    match problem.status:
        case 404:
            return NotFound(problem)
        case 429 | 503:
            return Unavailable(problem)
        case status if 400 <= status < 500:
            return Refused(problem)
        case _:
            return ServerProblem(problem)

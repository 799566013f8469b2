"""Steps (cancel, retry) that are done once per idempotency key."""

from collections.abc import Callable

from flask import Response

from coronal_gateway.http.idempotency import IdempotencyHeader
from coronal_gateway.services import services

__all__ = ["do_once", "mark_replayed"]


def do_once(header: IdempotencyHeader, record_id: str, step: str, do: Callable[[], None]) -> bool:
    """Do a step, unless it was done under the same key before; return whether it was.

    Parameters
    ----------
    header
        Header with the key, if any.
    record_id, step
        Id of the job or batch, and name of the step.
    do
        Does the step, or raises when it can't be done.

    Raises
    ------
    IdempotencyConflict
        When the same key came with something else before.
    """
    at = services()
    terms = at.terms(header.key)
    if at.keys.is_done(terms, record_id, step):
        return True
    do()
    at.keys.keep(terms, record_id, step)
    return False


def mark_replayed(response: Response, *, is_replayed: bool) -> Response:
    """Return a response, marked as replayed where nothing was done for it."""
    if is_replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response

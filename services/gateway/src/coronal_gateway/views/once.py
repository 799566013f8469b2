"""Steps that are done once, however often they are sent with one key."""

from collections.abc import Callable

from flask import Response

from coronal_gateway.idempotency import OnceHeader
from coronal_gateway.services import services

__all__ = ["done_once", "replayed"]


def done_once(header: OnceHeader, record_id: str, step: str, do: Callable[[], None]) -> bool:
    """Do a step, unless it came with this key before; tell whether it had.

    Parameters
    ----------
    header
        The key, or none.
    record_id, step
        The job or the batch, and what is done to it.
    do
        Does it, or raises why it can't be done.

    Raises
    ------
    IdempotencyConflict
        When something else came with this key before.
    """
    at = services()
    terms = at.terms(header.key)
    if at.keys.is_done(terms, record_id, step):
        return True
    do()
    at.keys.keep(terms, record_id, step)
    return False


def replayed(response: Response, *, is_replayed: bool) -> Response:
    """Give an answer, with a word that nothing was done for it where that is so."""
    if is_replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response

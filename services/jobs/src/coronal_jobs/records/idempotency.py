"""The idempotency keys of steps: what is done to a job or a batch that is there."""

from coronal_jobs.errors import IdempotencyConflict
from coronal_jobs.records.admission import Terms
from coronal_jobs.records.connection import Connection

__all__ = ["KeyStore"]


class KeyStore:
    """Knows which steps came with which key.

    An order is kept with its key in one script. A step comes first and its key then: one that breaks off
    between the two is done again when it is sent again, and each step is such that this changes nothing more.
    """

    def __init__(self, connection: Connection) -> None:
        self._redis = connection

    def is_done(self, terms: Terms, record_id: str, step: str) -> bool:
        """Return whether a step came with the key of these terms before; never without a key.

        Raises
        ------
        IdempotencyConflict
            When something else came with it.
        """
        known = terms.key_digest() and self._redis.execute_command("GET", _name(terms))
        if known and known != _value(record_id, step):
            raise IdempotencyConflict(["step"])
        return bool(known)

    def keep(self, terms: Terms, record_id: str, step: str) -> None:
        """Record the key of these terms for a step; without a key do nothing."""
        if terms.key_digest():
            keep_ms = round(terms.keep_key_s * 1000)
            self._redis.execute_command("SET", _name(terms), _value(record_id, step), "PX", keep_ms)


def _name(terms: Terms) -> str:
    return f"coronal:key:{terms.key_digest()}"


def _value(record_id: str, step: str) -> str:
    return f"{record_id} {step}"

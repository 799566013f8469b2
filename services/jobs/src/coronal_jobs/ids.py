"""Identifiers of jobs: 26 letters and digits that sort by time."""

import secrets
import time

__all__ = ["is_job_id", "new_job_id"]

_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 26


def new_job_id() -> str:
    """Make an identifier that nobody can guess: 48 bits of time in ms, then 80 random bits.

    The layout is that of a ULID (Crockford's base 32), in lower case.

    >>> len(new_job_id())
    26
    """
    number = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    return "".join(_DIGITS[number >> shift & 31] for shift in range(5 * (_LENGTH - 1), -1, -5))


def is_job_id(text: str) -> bool:
    """Return whether a text can be an identifier of a job.

    >>> is_job_id("../../etc/passwd")
    False
    """
    return len(text) == _LENGTH and set(text) <= set(_DIGITS)

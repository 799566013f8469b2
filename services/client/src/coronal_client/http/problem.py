"""What a server says when it can't do what was asked for."""

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Problem"]


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem as of RFC 9457, with the members that Coronal adds.

    Parameters
    ----------
    status
        The HTTP status.
    code
        A stable word, e.g. ``bad-parameter``; empty where the answer isn't Coronal's own.
    title, detail
        What was wrong, in short and in full.
    stage, parameter
        Where in a pipeline.
    found, allowed
        The value that was given, and what would be right; each an empty text where it isn't stated.
    retry_after_s
        When it is worth asking again; None where the server didn't say.
    """

    status: int
    code: str = ""
    title: str = ""
    detail: str = ""
    stage: str = ""
    parameter: str = ""
    found: str = ""
    allowed: str = ""
    retry_after_s: float | None = None

    @classmethod
    def of(cls, status: int, body: object, retry_after: str | None) -> "Problem":
        """Read a problem from an answer, whatever its body is.

        >>> Problem.of(503, {"code": "store-unavailable", "found": None}, "5").retry_after_s
        5.0
        >>> Problem.of(502, "<html>", None).title
        'HTTP status 502'
        """
        members = body if isinstance(body, Mapping) else {}
        texts = {name: _text(members.get(name)) for name in _TEXTS}
        texts["title"] = texts["title"] or f"HTTP status {status}"
        return cls(status=status, retry_after_s=_seconds(retry_after), **texts)


_TEXTS = ("code", "title", "detail", "stage", "parameter", "found", "allowed")


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case list():
            return ", ".join(map(str, value))
        case _:
            return str(value)


def _seconds(text: str | None) -> float | None:
    # The other form of Retry-After, a date, is one that no gateway of ours writes.
    return float(text) if text and text.isdecimal() else None

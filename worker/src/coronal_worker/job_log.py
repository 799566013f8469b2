"""Lines of a job's log: each with its time, of valid characters, and none too long."""

from collections.abc import Iterable
from datetime import UTC, datetime

from coronal_worker.failures import plain

__all__ = ["stamped"]

_MAX_TEXT = 50_000
_MAX_LINE = 2_000
"""In characters. With as many lines as a log may have it stays below 20 MB."""


def stamped(lines: Iterable[str]) -> list[str]:
    """Return lines as a log holds them.

    Parameters
    ----------
    lines
        Each may hold line breaks, and is cut where it is longer than 50,000 characters.
    """
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return [
        f"{now} {plain(line, _MAX_LINE)}" for text in lines for line in plain(text, _MAX_TEXT).splitlines()
    ]

"""Lines of a job's log: timestamped, of valid characters, and of limited length."""

from collections.abc import Iterable
from datetime import UTC, datetime

from coronal_worker.running.failures import clean_text

__all__ = ["timestamped"]

_MAX_TEXT = 50_000
_MAX_LINE = 2_000
"""In characters. With the most lines that a log may have it stays below 20 MB."""


def timestamped(lines: Iterable[str]) -> list[str]:
    """Return lines with a timestamp each, as they stand in a job's log.

    Parameters
    ----------
    lines
        Texts, which may hold line breaks; truncated at 50,000 characters.
    """
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return [
        f"{now} {clean_text(line, _MAX_LINE)}"
        for text in lines
        for line in clean_text(text, _MAX_TEXT).splitlines()
    ]

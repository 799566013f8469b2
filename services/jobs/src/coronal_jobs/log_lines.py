r"""A logged event as one line: fields as text (``key=value``) or JSON, bounded, and without secrets.

>>> as_text({"event": "job.failed", "job": "01J", "message": "two\nlines"})
'event=job.failed job=01J message="two\\nlines"'
>>> as_json({"event": "job.failed", "seconds": 0.25})
'{"event": "job.failed", "seconds": 0.25}'
"""

import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TypeAlias

from coronal_jobs.traces import trace_of

__all__ = ["LineFormatter", "LogField", "Render", "as_json", "as_text", "log_event"]

LogField: TypeAlias = str | int | float | bool | None
Render: TypeAlias = Callable[[Mapping[str, LogField]], str]

_MAX_CHARACTERS = 2_000
_MAX_TRACE_CHARACTERS = 8_000
_OURS = "coronal"

_PLAIN = re.compile(r"[\w.:/@+-]+", re.ASCII)

# A password stands in an address of Redis, and a file's name, which can be a patient's, in that of a request.
_CREDENTIALS = re.compile(r"(?<=://)[^/\s]*@")
_QUERY = re.compile(r"(?<=[\w/])\?[^\s'\"]+")


def log_event(logger: logging.Logger, level: int, event: str, **fields: LogField) -> None:
    """Log an event by its name and its fields.

    Parameters
    ----------
    logger, level
        Who logs it, and how grave it is.
    event
        Its name, which stays the same from release to release: e.g. ``job.claimed``.
    **fields
        What an operator filters by; those that are None or empty are left out.
    """
    logger.log(level, "%s", event, extra={"event": event, "fields": fields})


def as_text(fields: Mapping[str, LogField]) -> str:
    """Write fields as ``key=value``; values that need it are in quotes, with escapes as in JSON."""
    return " ".join(f"{name}={_text_of(value)}" for name, value in fields.items())


def as_json(fields: Mapping[str, LogField]) -> str:
    """Write fields as a JSON object."""
    return _printable(json.dumps(fields, ensure_ascii=False))


class LineFormatter(logging.Formatter):
    """Formats what is logged, by us or by a library, as one line.

    Parameters
    ----------
    render
        `as_text` or `as_json`.
    expected
        Errors that are named without a traceback.
    context
        Fields of every line: which process this is.
    """

    def __init__(
        self, render: Render, expected: tuple[type[BaseException], ...], context: Mapping[str, LogField]
    ) -> None:
        super().__init__()
        self._render = render
        self._expected = expected
        self._context = context

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        fields = {
            name: _bounded(name, value) for name, value in self._fields(record) if value not in (None, "")
        }
        return self._render(fields)

    def _fields(self, record: logging.LogRecord) -> Iterator[tuple[str, LogField]]:
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        yield "time", time.replace("+00:00", "Z")
        yield "level", record.levelname.lower()
        error = _error_of(record)
        own: Mapping[str, LogField] = getattr(record, "fields", {})
        if hasattr(record, "event"):
            yield "event", record.event
            yield from own.items()
        else:
            yield "message", _message_of(record, error)
            yield "logger", record.name
        if error is not None:
            yield "error", type(error).__name__
        yield from ((name, value) for name, value in self._context.items() if name not in own)
        yield "pid", record.process
        if error is not None and not isinstance(error, self._expected):
            yield "traceback", "\n".join(trace_of(error))


def _error_of(record: logging.LogRecord) -> BaseException | None:
    raised = record.exc_info[1] if record.exc_info else None
    return getattr(raised, "exc", raised)  # billiard wraps what it has carried from another process


def _message_of(record: logging.LogRecord, error: BaseException | None) -> str:
    """Return what a record says; of an error's message, which can hold anything, what we have put there."""
    text = record.getMessage().strip()
    if error is None:
        return text
    first_line, *_ = [*text.splitlines(), ""]
    is_ours = record.name.startswith(_OURS)
    for shown in () if is_ours else filter(None, (repr(error), str(error))):
        first_line = first_line.replace(shown, type(error).__name__)
    return first_line


def _bounded(name: str, value: LogField) -> LogField:
    """Return a value without secrets and not too long; of a traceback the end, where the error stands."""
    if not isinstance(value, str):
        return value
    text = _CREDENTIALS.sub("…@", value) if "://" in value else value
    text = _QUERY.sub("?…", text) if "?" in text else text
    if name == "traceback":
        return text if len(text) <= _MAX_TRACE_CHARACTERS else f"…{text[1 - _MAX_TRACE_CHARACTERS :]}"
    return text if len(text) <= _MAX_CHARACTERS else f"{text[: _MAX_CHARACTERS - 1]}…"


def _text_of(value: LogField) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    if _PLAIN.fullmatch(text):
        return text
    return _printable(json.dumps(text, ensure_ascii=False))


def _printable(text: str) -> str:
    """Escape, as in JSON, what ends a line or moves a terminal's cursor, and what is no character at all."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in text)

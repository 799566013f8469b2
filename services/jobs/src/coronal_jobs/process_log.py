"""What a process logs: to its standard error, which may be full or gone without harm to what it does."""

import io
import logging
import os
import sys
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from redis.exceptions import RedisError

from coronal_jobs.errors import BlobDamaged, StoreUnavailable
from coronal_jobs.log_lines import LineFormatter, LogField, as_json, as_text
from coronal_jobs.settings import StoreSettings

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["log_apart", "start_logging", "unfailing"]

_STANDARD_FILES = (0, 1, 2)
_OTHERS_FORMAT = "%(levelname)s %(name)s: %(message)s"
_OURS = ("coronal", "coronal_jobs", "coronal_gateway", "coronal_worker")
"""The loggers that log below info. What a library says there can be what is in an image, or what it sends."""

_EXPECTED = (StoreUnavailable, BlobDamaged, RedisError, OSError)

_log = logging.getLogger(__name__)


def start_logging(
    settings: StoreSettings, process: str, *expected: type[BaseException], **context: LogField
) -> None:
    """Write what happens to the standard error, and let no write to it or to the standard output raise.

    A full disk, a closed pipe or a terminal that is gone would otherwise raise in whoever prints: gevent lets
    a request hang for ever when it can't print an error.

    Parameters
    ----------
    settings
        Format and level.
    process
        Which process this is: ``gateway``, ``worker``, ``janitor`` or ``recover``.
    expected
        Errors that are logged without a traceback, beside those of stores and connections: that a
        server is away, or a client gone, is no fault of the program, and can happen many times a second.
    **context
        More fields of every line.
    """
    _open_missing()
    sys.stdout = sys.__stdout__ = unfailing(1)  # type: ignore[misc]  # final for all but the one who replaces both
    sys.stderr = sys.__stderr__ = unfailing(2)  # type: ignore[misc]  # as above
    handler = logging.StreamHandler(sys.stderr)
    render = as_json if settings.log_format == "json" else as_text
    handler.setFormatter(LineFormatter(render, (*_EXPECTED, *expected), {"process": process, **context}))
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    handler.setLevel(level)
    logging.basicConfig(level=max(level, logging.INFO), handlers=[handler])
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


def log_apart(descriptor: int, names: Sequence[str]) -> None:
    """Send some loggers to a file of their own; the others write to the standard error, in short.

    Parameters
    ----------
    descriptor
        The file's.
    names
        The loggers, each with those below it.
    """

    def is_apart(record: logging.LogRecord) -> bool:
        return any(record.name == name or record.name.startswith(f"{name}.") for name in names)

    root = logging.getLogger()
    for handler in list(root.handlers):
        apart = logging.StreamHandler(unfailing(descriptor))
        apart.setLevel(handler.level)
        apart.setFormatter(handler.formatter)
        apart.addFilter(is_apart)
        handler.setFormatter(logging.Formatter(_OTHERS_FORMAT))
        handler.addFilter(lambda record: not is_apart(record))
        root.addHandler(apart)


def unfailing(descriptor: int) -> io.TextIOWrapper:
    """Return a text stream to a file descriptor that drops what can't be written."""
    raw = _Unfailing(descriptor, "w", closefd=False)
    return io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", write_through=True)


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if isinstance(error, KeyboardInterrupt):
        return
    _log.critical("an error ends the process", exc_info=(kind, error, trace))


def _log_uncaught_in_thread(uncaught: threading.ExceptHookArgs) -> None:
    error = uncaught.exc_value
    if error is not None and not isinstance(error, SystemExit):
        name = uncaught.thread.name if uncaught.thread else ""
        _log.critical("an error ends the thread %s", name, exc_info=error)


class _Unfailing(io.FileIO):
    """A file that is never full, as far as its writers can tell."""

    def write(self, content: "ReadableBuffer") -> int:
        """Write what can be written."""
        left = memoryview(content).cast("B")
        size_bytes = len(left)
        try:
            while left:
                left = left[super().write(left) or len(left) :]
        except OSError:
            pass
        return size_bytes


def _open_missing() -> None:
    """Open the standard files that were closed by whoever started the process.

    Else a socket gets the number of the standard error, and what a library prints goes there.
    """
    for number in _STANDARD_FILES:
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)

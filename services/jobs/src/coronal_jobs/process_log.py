"""What a process logs: to its standard error, which may be full or gone without harm to what it does."""

import io
import logging
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from redis.exceptions import RedisError

from coronal_jobs.errors import BlobDamaged, StoreUnavailable

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["log_apart", "start_logging", "unfailing"]

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_STANDARD_FILES = (0, 1, 2)


_EXPECTED = (StoreUnavailable, BlobDamaged, RedisError, OSError)


def start_logging(*expected: type[BaseException]) -> None:
    """Write what happens to the standard error, and let no write to it or to the standard output raise.

    A full disk, a closed pipe or a terminal that is gone would otherwise raise in whoever prints: gevent lets
    a request hang for ever when it can't print an error.

    Parameters
    ----------
    expected
        Errors that are logged as a line without a traceback, beside those of stores and connections: that a
        server is away, or a client gone, is no fault of the program, and can happen many times a second.
    """
    _open_missing()
    sys.stdout = sys.__stdout__ = unfailing(1)  # type: ignore[misc]  # final for all but the one who replaces both
    sys.stderr = sys.__stderr__ = unfailing(2)  # type: ignore[misc]  # as above
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_one_line_for((*_EXPECTED, *expected)))
    logging.basicConfig(level=logging.INFO, format=_FORMAT, handlers=[handler])


def log_apart(descriptor: int, names: Sequence[str]) -> None:
    """Let some loggers write to a file of their own; the others go on to write to the standard error.

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
        apart.setFormatter(handler.formatter)
        apart.filters = [*handler.filters, is_apart]
        handler.addFilter(lambda record: not is_apart(record))
        root.addHandler(apart)


def unfailing(descriptor: int) -> io.TextIOWrapper:
    """Return a text stream to a file descriptor that drops what can't be written."""
    raw = _Unfailing(descriptor, "w", closefd=False)
    return io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", write_through=True)


def _one_line_for(expected: tuple[type[BaseException], ...]) -> Callable[[logging.LogRecord], bool]:
    """Return a filter of `logging` that takes the traceback from what is logged of an expected error."""

    def shorten(record: logging.LogRecord) -> bool:
        raised = record.exc_info[1] if record.exc_info else None
        error = getattr(raised, "exc", raised)  # billiard wraps what it has carried from another process
        if isinstance(error, expected):
            first_line, *_ = [*record.getMessage().splitlines(), ""]
            record.msg = f"{first_line} ({type(error).__name__})"
            record.args, record.exc_info, record.exc_text = (), None, None
        return True

    return shorten


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

"""The traceback of an error as a log may hold it: without values, names of persons, paths of a machine."""

import linecache
import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

from coronal.errors import CoronalError

__all__ = ["trace_of"]

_MAX_FRAMES = 40
_LEFT_OUT = "its message is left out, it may hold values"


def trace_of(error: BaseException) -> list[str]:
    """Return the lines of an error's traceback, the error that led to it first.

    Files are named as Python imports them (``coronal_imaging/edges/canny.py``), with the line that ran.
    A message can hold anything: NumPy prints elements, pydicom a patient's name, the system a path. So only
    that of a `CoronalError` is kept, which is written to be read by the sender, the names of what is missing
    (a module, an attribute, a variable), which stand in a program, and the system's words for an error's
    number.

    Parameters
    ----------
    error
        What was raised.
    """
    return [line for one in _chain(error) for line in _lines_of(one)]


def _chain(error: BaseException) -> list[BaseException]:
    """Return an error behind those that led to it."""
    found: list[BaseException] = []
    left: BaseException | None = error
    while left is not None and left not in found:
        found.append(left)
        left = left.__cause__ or (None if left.__suppress_context__ else left.__context__)
    return found[::-1]


def _lines_of(error: BaseException) -> Iterator[str]:
    yield "Traceback (most recent call last):"
    frames = list(traceback.walk_tb(error.__traceback__))
    for frame, number in frames[-_MAX_FRAMES:]:
        code = frame.f_code
        yield f"  {_shown(code.co_filename)}, line {number}, in {code.co_name}"
        if source := linecache.getline(code.co_filename, number, frame.f_globals).strip():
            yield f"    {source}"
    yield f"{_name_of(type(error))}: {_message_of(error)}"


def _message_of(error: BaseException) -> str:
    if isinstance(error, CoronalError):
        return str(error)
    if isinstance(error, OSError) and error.errno is not None:
        return f"{os.strerror(error.errno)} ({_LEFT_OUT})"
    missing = (
        getattr(error, "name", None) if isinstance(error, AttributeError | NameError | ImportError) else None
    )
    if isinstance(missing, str) and missing.replace(".", "_").isidentifier():
        return f"{missing} ({_LEFT_OUT})"
    return _LEFT_OUT


def _name_of(kind: type[BaseException]) -> str:
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _shown(file: str) -> str:
    """Return a file's path from the folder that Python imports it from; its name where there is none."""
    path = Path(file)
    for folder in sorted(filter(None, sys.path), key=len, reverse=True):
        if path.is_absolute() and path.is_relative_to(folder):
            return path.relative_to(folder).as_posix()
    return path.name

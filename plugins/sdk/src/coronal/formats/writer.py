"""Writers as plugins: each makes result files of a job's outcome."""

import functools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import overload

from coronal.errors import BadOutput, shown
from coronal.hooks.markers import hookimpl
from coronal.types.case import Case
from coronal.types.provenance import Provenance

__all__ = ["Outcome", "ResultFile", "Writer", "writer"]

_FILE_NAME = re.compile(r"(?![.\s])[^/\\\x00-\x1f\x7f]{1,200}")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job has come to: the case, and how it came to be."""

    case: Case
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class ResultFile:
    """A file that a job leaves.

    Parameters
    ----------
    name
        A plain file name, e.g. ``overlay.png``; no two files of a job have one name.
    media_type
        Its IANA media type.
    content
        Its bytes.

    Raises
    ------
    BadOutput
        When the name is empty, hidden, or holds a folder.
    """

    name: str
    media_type: str
    content: bytes

    def __post_init__(self) -> None:
        if not _FILE_NAME.fullmatch(self.name):
            raise BadOutput(f"a result file must have a plain file name, found {shown(self.name)}")


WriteFunction = Callable[[Outcome], Iterable[ResultFile]]


class Writer:
    """A function that makes result files, and the plugin that offers it.

    Parameters
    ----------
    function
        Makes the files.
    on_request
        Whether it runs only for a pipeline that names it in its `results`: for files that few look at.
    """

    def __init__(self, function: WriteFunction, *, on_request: bool = False) -> None:
        functools.update_wrapper(self, function)
        self.name = function.__name__.replace("_", "-")
        self.on_request = on_request
        self._function = function

    def __repr__(self) -> str:
        return f"<writer {self.name}>"

    def __call__(self, outcome: Outcome) -> Iterable[ResultFile]:
        """Return the files that it makes of an outcome; none where it has nothing to say."""
        return self._function(outcome)

    @hookimpl
    def writers(self) -> "list[Writer]":
        """Offer itself (the hook)."""
        return [self]


@overload
def writer(function: WriteFunction) -> Writer: ...


@overload
def writer(*, on_request: bool) -> Callable[[WriteFunction], Writer]: ...


def writer(
    function: WriteFunction | None = None, *, on_request: bool = False
) -> Writer | Callable[[WriteFunction], Writer]:
    """Make a function a writer of result files, and the plugin that offers it.

    Parameters
    ----------
    function
        Makes the files.
    on_request
        Whether it runs only for a pipeline that names it in its `results`: ``@writer(on_request=True)``.

    Examples
    --------
    >>> @writer
    ... def count(outcome: Outcome) -> list[ResultFile]:
    ...     "How many objects there are."
    ...     labels = outcome.case.labels
    ...     return [] if labels is None else [ResultFile("count.txt", "text/plain", b"%d" % labels.count)]
    >>> count
    <writer count>
    """
    if function is None:
        return functools.partial(Writer, on_request=on_request)
    return Writer(function)

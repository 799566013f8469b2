"""File formats as plugins: a reader gives an image, a writer gives result files."""

import functools
import inspect
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pydantic import ValidationError

from coronal.case import Case
from coronal.errors import BadDeclaration, BadImage, BadOutput, shown
from coronal.hookmarks import hookimpl
from coronal.image import Image
from coronal.provenance import Provenance
from coronal.read_limits import ReadLimits
from coronal.spec import FormatSpec, Signature

__all__ = ["Outcome", "Reader", "ResultFile", "Writer", "reader", "writer"]

ReadFunction = Callable[[Path], Image] | Callable[[Path, ReadLimits], Image]

_LIMITS = ReadLimits()

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


class Reader:
    """A function that reads one file format, and the plugin that offers it."""

    def __init__(self, function: ReadFunction, spec: FormatSpec) -> None:
        functools.update_wrapper(self, function)
        self.spec = spec
        self._read = self._read_labels = _with_limits(function)

    def __repr__(self) -> str:
        return f"<reader {self.spec.name}>"

    def __call__(self, path: Path, limits: ReadLimits = _LIMITS) -> Image:
        """Read the image of a file.

        Parameters
        ----------
        path
            Where it lies.
        limits
            How large it may be.

        Raises
        ------
        UnknownFormat
            When the file turns out to be of another format.
        BadImage
            When it is broken, truncated, over the limits, or holds no image that can be worked on.
        BadOutput
            When the plugin gave something else than an image.
        """
        return self._checked(self._read(path, limits), limits)

    def read_labels(self, path: Path, limits: ReadLimits = _LIMITS) -> Image:
        """Read the image of a file that holds a label map: each value is the number that is stored.

        Parameters
        ----------
        path, limits
            As for an image.

        Returns
        -------
        Image
            As `Reader.labels` has it; where the format has nothing of the kind, as the image is read.

        Raises
        ------
        BadImage
            Also when the format is lossy, or this file is compressed in a lossy way.
        """
        if not self.spec.keeps_labels:
            raise BadImage(
                "a label map must be in a format that keeps each number, such as PNG, TIFF or NIfTI, found "
                f"{self.spec.name}: its compression changes them"
            )
        return self._checked(self._read_labels(path, limits), limits)

    def labels(self, function: ReadFunction) -> ReadFunction:
        """Mark the function that reads a file of this format as labels, where an image is another thing.

        So it is with a palette, whose colours are an image and whose indices (`coronal.Meaning.INDEX`) are
        labels.
        """
        self._read_labels = _with_limits(function)
        return function

    def _checked(self, image: object, limits: ReadLimits) -> Image:
        if not isinstance(image, Image):
            raise BadOutput(f"the reader {self.spec.name} must give Image, found {type(image).__name__}")
        limits.check_values(f"{self.spec.name} file", *image.pixels.shape)
        return image

    @hookimpl
    def readers(self) -> "list[Reader]":
        """Offer itself (the hook)."""
        return [self]


def _with_limits(function: ReadFunction) -> Callable[[Path, ReadLimits], Image]:
    arguments = len(inspect.signature(function).parameters)
    if arguments == 2:
        return cast("Callable[[Path, ReadLimits], Image]", function)
    if arguments == 1:
        without = cast("Callable[[Path], Image]", function)
        return lambda path, _: without(path)
    raise BadDeclaration(
        f"the reader {function.__name__!r} must take a path, or a path and limits; found {arguments}"
    )


class Writer:
    """A function that makes result files, and the plugin that offers it."""

    def __init__(self, function: WriteFunction) -> None:
        functools.update_wrapper(self, function)
        self.name = function.__name__.replace("_", "-")
        self._function = function

    def __repr__(self) -> str:
        return f"<writer {self.name}>"

    def __call__(self, outcome: Outcome) -> Iterable[ResultFile]:
        """Give the files that it makes of an outcome; none where it has nothing to say."""
        return self._function(outcome)

    @hookimpl
    def writers(self) -> "list[Writer]":
        """Offer itself (the hook)."""
        return [self]


def reader(
    *,
    media_type: str,
    suffixes: tuple[str, ...],
    signatures: tuple[Signature, ...],
    name: str = "",
    keeps_labels: bool = True,
) -> Callable[[ReadFunction], Reader]:
    """Make a function the reader of a file format, and the plugin that offers it.

    The function takes the path of the file. One that compares what a header declares with the limits of this
    worker takes them too, as `ReadLimits`; the image of any other is compared once it is there.

    Parameters
    ----------
    media_type
        The IANA media type, e.g. ``image/png``.
    suffixes
        How such files are called, e.g. ``(".tif", ".tiff")``.
    signatures
        Bytes near the start of a file by which the format is known; one of them is enough. The gateway
        refuses a file that has none of any format.
    name
        The format's name; by default the function's.
    keeps_labels
        Whether a label map that is written in this format comes back number by number. False for a lossy
        one: no label map is read from it.

    Raises
    ------
    BadDeclaration
        When there is no signature, another argument is of a wrong type, or the function takes something else.

    Examples
    --------
    >>> signatures = (Signature.at(0, b"P5"),)
    >>> @reader(media_type="image/x-portable-graymap", suffixes=(".pgm",), signatures=signatures)
    ... def pgm(path: Path) -> Image:
    ...     "Portable graymap."
    ...     ...
    >>> pgm.spec.knows(b"P5 2 2 255")
    True
    """

    def decorate(function: ReadFunction) -> Reader:
        if not signatures:
            raise BadDeclaration(f"the reader {function.__name__!r} must have a signature; found none")
        try:
            spec = FormatSpec(
                name=name or function.__name__.replace("_", "-"),
                summary=(inspect.getdoc(function) or "").partition("\n")[0],
                media_type=media_type,
                suffixes=suffixes,
                signatures=signatures,
                keeps_labels=keeps_labels,
            )
        except ValidationError as invalid:
            wrong = ", ".join(str(error["loc"][0]) for error in invalid.errors())
            raise BadDeclaration(
                f"the reader {function.__name__!r} must be declared rightly; wrong are {wrong}"
            ) from invalid
        return Reader(function, spec)

    return decorate


def writer(function: WriteFunction) -> Writer:
    """Make a function a writer of result files, and the plugin that offers it.

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
    return Writer(function)

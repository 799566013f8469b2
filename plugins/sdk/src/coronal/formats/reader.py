"""Readers as plugins: each reads the images of a file format."""

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

from pydantic import ValidationError

from coronal.errors import BadDeclaration, BadImage, BadOutput
from coronal.hooks.markers import hookimpl
from coronal.spec import FormatSpec, Signature
from coronal.types.image import Image
from coronal.types.image_properties import ImageProperties
from coronal.types.read_limits import ReadLimits

__all__ = ["Reader", "reader"]

T = TypeVar("T")

ReadFunction = Callable[[Path], Image] | Callable[[Path, ReadLimits], Image]
HeaderFunction = Callable[[Path], ImageProperties] | Callable[[Path, ReadLimits], ImageProperties]

_LIMITS = ReadLimits()


class Reader:
    """A function that reads one file format, and the plugin that offers it."""

    def __init__(self, function: ReadFunction, spec: FormatSpec) -> None:
        functools.update_wrapper(self, function)
        self.spec = spec
        self._read = self._read_labels = _with_limits(function)
        self._read_header: Callable[[Path, ReadLimits], ImageProperties] | None = None

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

    def properties(self, path: Path, limits: ReadLimits = _LIMITS) -> ImageProperties:
        """Return what a file declares of its image: shape, spacing, channels, number type and meaning.

        No pixel is decoded where the format has a function that reads headers (`Reader.header`), as all of
        Coronal's own have. Any other format is read as a whole, and the properties are those of its image.

        Parameters
        ----------
        path, limits
            As for an image.

        Returns
        -------
        ImageProperties
            Those of the image that is read from this file (`coronal.ImageProperties.fit`), if its pixels turn
            out to be sound.

        Raises
        ------
        UnknownFormat, BadImage, BadOutput
            As for an image; what is wrong with the pixels alone may stay unseen.
        """
        if self._read_header is None:
            return ImageProperties.of(self(path, limits))
        properties = self._read_header(path, limits)
        if not isinstance(properties, ImageProperties):
            raise BadOutput(
                f"the header function of the reader {self.spec.name} must return ImageProperties, found "
                f"{type(properties).__name__}"
            )
        limits.check_values(f"{self.spec.name} file", *properties.shape, properties.channels or 1)
        return properties

    def header(self, function: HeaderFunction) -> HeaderFunction:
        """Mark the function that reads the properties of an image of this format, and decodes no pixel."""
        self._read_header = _with_limits(function)
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


def _with_limits(
    function: Callable[[Path], T] | Callable[[Path, ReadLimits], T],
) -> Callable[[Path, ReadLimits], T]:
    arguments = len(inspect.signature(function).parameters)
    if arguments == 2:
        return cast("Callable[[Path, ReadLimits], T]", function)
    if arguments == 1:
        without = cast("Callable[[Path], T]", function)
        return lambda path, _: without(path)
    raise BadDeclaration(
        f"the reader {function.__name__!r} must take a path, or a path and limits; found {arguments}"
    )


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

"""What the numbers mean in image files that hold labels: one rule, for data sets and for references.

A file is read by `coronal.Reader.read_labels`, which gives the numbers as they are stored. `stored_labels`
checks them against their image; `LabelNumbers` gathers those of a whole set, and decides with all of them
at hand.
"""

from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from coronal.errors import BadImage
from coronal.types.geometry import Geometry
from coronal.types.image import Image, Pixels
from coronal.types.meaning import Meaning

__all__ = ["LabelNumbers", "stored_labels"]

_MAX_LABEL = np.iinfo(np.int32).max
_WHITES = (2**8 - 1, 2**16 - 1)
"""What programs write for white, of 8 bits and of 16."""

_MAX_LISTED = 20

_TOLERANCE = 1e-3
"""Of a spacing as a fraction of it, of a direction's unit vectors; formats keep places as float32."""

_MAX_SHIFT = 0.1
"""How far apart two origins may lie, as a fraction of the finest spacing."""


def stored_labels(drawn: Image, image: Image) -> NDArray[np.int32]:
    """Return the numbers of a file that holds labels, once they are known to fit its image.

    Parameters
    ----------
    drawn
        One channel of whole numbers from 0 on, of any type, or several channels that are equal (a mask that
        was saved in colour).
    image
        The image that they belong to.

    Returns
    -------
    NDArray[np.int32]
        Of the image's spatial shape.

    Raises
    ------
    BadImage
        When they are colours, fractions, below 0 or over 2³¹ - 1, of another shape, or lie elsewhere. Where
        one of the two doesn't tell its place, only the shapes are compared: a mask drawn in a paint program
        has no spacing. A plane and a volume of one slice are of one shape: ITK knows only volumes in a place.

    Examples
    --------
    >>> drawn = Image(np.array([[0.0, 2.0], [1.0, 0.0]]))
    >>> stored_labels(drawn, drawn).tolist()
    [[0, 2], [1, 0]]
    """
    if (1, *drawn.shape) == image.shape:
        return stored_labels(drawn, _only_slice(image))[np.newaxis]
    drawn = _only_slice(drawn) if drawn.shape == (1, *image.shape) else drawn
    if drawn.shape != image.shape:
        raise BadImage(f"a label map must be of shape {image.shape} like its image, found {drawn.shape}")
    if wrong := _difference(drawn.geometry, image.geometry):
        raise BadImage(f"a label map must lie where its image does, found another {wrong}")
    return _whole(_one_channel(drawn))


@dataclass(slots=True)
class LabelNumbers:
    """The numbers that label maps hold, gathered over a whole set: what one file means, the others tell.

    Where the only number of the whole set is white (255, or 65,535 of 16 bits), it is black and white:
    white is label 1. Else each number is the label.

    Parameters
    ----------
    named
        The labels that have a name: white that has one is a label as it is.

    Attributes
    ----------
    files, indexed
        How many files were counted, and how many of them hold the indices of a palette.

    Examples
    --------
    >>> masks = LabelNumbers()
    >>> for mask in ([[0, 255]], [[255, 255]], [[0, 0]]):
    ...     masks.add(np.array(mask))
    >>> masks.labels(np.array([[255, 0]])).tolist(), str(masks)
    ([[1, 0]], '1 = 255 in 2 files')
    """

    named: frozenset[int] = frozenset()
    files: int = field(default=0, init=False)
    indexed: int = field(default=0, init=False)
    _counts: Counter[int] = field(default_factory=Counter, init=False)
    _one_and_white: bool = field(default=False, init=False)

    def add(self, stored: NDArray[np.integer], meaning: Meaning = Meaning.INTENSITY) -> None:
        """Count the numbers of a file.

        Parameters
        ----------
        stored
            As `stored_labels` gives them.
        meaning
            What the file's values are: `Meaning.INDEX` for those of a palette.
        """
        found = np.unique(stored[stored > 0]).tolist()
        self.files += 1
        self.indexed += meaning is Meaning.INDEX
        self._counts.update(found)
        self._one_and_white |= 1 in found and any(white in found for white in _WHITES)

    @property
    def white(self) -> int | None:
        """The number that stands for label 1; None where each number is the label."""
        return next((white for white in self._whites if self._counts.keys() == {white}), None)

    @property
    def is_decided(self) -> bool:
        """Whether no further file can make it black and white."""
        return bool(self._counts) and self.white is None

    def check(self) -> None:
        """Raise BadImage where nothing tells whether white is label 1.

        So it is where some files hold 1 alone and others white alone, and nothing else occurs.
        """
        for white in self._whites:
            if self._counts.keys() == {1, white} and not self._one_and_white:
                raise BadImage(
                    "label maps of a set must be numbered alike, with 1 for the label in all of them, or "
                    "white in "
                    f"all; found 1 in {_of_files(self._counts[1])} and {white} in "
                    f"{_of_files(self._counts[white])}, and no file with both"
                )

    def labels(self, stored: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the labels that the numbers of a file mean."""
        if self.white is None:
            return stored
        return np.asarray(stored == self.white, np.int32)

    @property
    def stored_as(self) -> dict[int, int]:
        """Each label that is stored as another number, and that number."""
        return {} if self.white is None else {1: self.white}

    @property
    def _whites(self) -> list[int]:
        return [white for white in _WHITES if white not in self.named]

    def __str__(self) -> str:
        """Return which labels there are, and how they were stored."""
        if self.white is not None:
            return f"1 = {self.white} in {_of_files(self._counts[self.white])}"
        numbers = sorted(self._counts)
        listed = [f"{number} in {_of_files(self._counts[number])}" for number in numbers[:_MAX_LISTED]]
        more = [f"{len(numbers) - _MAX_LISTED:,} more"] if len(numbers) > _MAX_LISTED else []
        palette = [f"indices of a palette in {_of_files(self.indexed)}"] if self.indexed else []
        return ", ".join([*listed, *more, *palette]) or "none"


def _of_files(count: int) -> str:
    return f"{count:,} {'file' if count == 1 else 'files'}"


def _only_slice(volume: Image) -> Image:
    return replace(volume, valid=None).mapped(volume.pixels[0], np.eye(3)[:, 1:], (0, 0, 0))


def _one_channel(drawn: Image) -> Pixels:
    if not drawn.has_channels:
        return drawn.pixels
    first = drawn.pixels[..., 0]
    if not (drawn.pixels == first[..., np.newaxis]).all():
        raise BadImage(
            f"a label map must have one channel, found {drawn.pixels.shape[-1]} that differ: colours are "
            "no labels; "
            "save it as grey or with a palette"
        )
    return first


def _whole(values: Pixels) -> NDArray[np.int32]:
    if values.dtype.kind == "f":
        is_whole = np.isfinite(values) & (values == np.floor(values))
        if not is_whole.all():
            other = values[~is_whole].flat[0]
            raise BadImage(f"a label map must hold whole numbers, 0 for the background, found {other:g}")
    low, high = values.min().item(), values.max().item()
    if low < 0 or high > _MAX_LABEL:
        raise BadImage(f"labels must be from 0 to {_MAX_LABEL}, found {low:g} to {high:g}")
    return values.astype(np.int32)


def _difference(one: Geometry, other: Geometry) -> str:
    if not (one.spacing_mm and other.spacing_mm):
        return ""
    if not np.allclose(one.spacing_mm, other.spacing_mm, rtol=_TOLERANCE, atol=0):
        return "spacing"
    directions = one.direction or ((),), other.direction or ((),)
    if all(map(any, directions)) and not np.allclose(*directions, atol=_TOLERANCE):
        return "direction"
    if one.origin_mm and other.origin_mm:
        shift_mm = np.linalg.norm(np.subtract(one.origin_mm, other.origin_mm))
        return "origin" if shift_mm > _MAX_SHIFT * min(one.spacing_mm) else ""
    return ""

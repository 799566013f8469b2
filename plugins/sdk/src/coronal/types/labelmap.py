"""A label map: which pixel belongs to which object."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self, cast

import numpy as np
from numpy.typing import NDArray

from coronal.errors import BadImage
from coronal.types.geometry import Geometry
from coronal.types.image import Image, Pixels, read_only
from coronal.types.runs import Runs

__all__ = ["LabelMap", "Reference"]

Labels = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class LabelMap:
    """The result of a segmentation: a whole number for each pixel, 0 for the background.

    Parameters
    ----------
    labels
        Shape (y, x) or (z, y, x), kept as int32; bool and any integer type are taken. 0 is background,
        each number above 0 an object or a class.
    geometry
        That of the image.
    names
        What the numbers stand for, where they are classes and not mere objects.
    are_objects
        Whether each number is an object of its own, whatever its name tells of it; by default it is where
        there are no names (`holds_objects`).

    Attributes
    ----------
    extremes
        The smallest and the largest label; 0 and 0 of a label map without objects.

    Raises
    ------
    BadImage
        When the array isn't of whole numbers from 0 to 2³¹ - 1, or isn't 2-D or 3-D.

    Examples
    --------
    >>> LabelMap(np.array([[0, 1], [2, 2]])).count
    2
    """

    labels: Labels
    geometry: Geometry = field(default_factory=Geometry)
    names: Mapping[int, str] = field(default_factory=dict)
    are_objects: bool | None = None
    extremes: tuple[int, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        labels = np.asarray(self.labels)
        object.__setattr__(self, "extremes", _checked_extremes(labels))
        object.__setattr__(self, "labels", read_only(labels.astype(np.int32, copy=False)))
        if not self.geometry.fits(self.labels.ndim):
            raise BadImage(
                f"the geometry must be of {self.dimensions} dimensions like the labels, found {self.geometry}"
            )

    @classmethod
    def of(
        cls,
        image: Image,
        labels: Pixels,
        names: Mapping[int, str] | None = None,
        *,
        are_objects: bool | None = None,
    ) -> Self:
        """Make the label map of an image: same shape, same geometry, background where it has padding.

        Parameters
        ----------
        image
            The image that was segmented.
        labels
            Its labels, of the image's spatial shape; bool or any integer type.
        names, are_objects
            What the numbers stand for.

        Raises
        ------
        BadImage
            When the labels are of another shape, or aren't whole numbers from 0 to 2³¹ - 1.
        """
        if labels.shape != image.shape:
            raise BadImage(f"the labels must be of shape {image.shape} like the image, found {labels.shape}")
        if image.valid is not None:
            labels = np.where(image.valid, labels, np.zeros((), labels.dtype))
        return cls(cast(Labels, labels), image.geometry, names or {}, are_objects)

    @property
    def holds_objects(self) -> bool:
        """Whether its numbers are objects, each numbered in its own way, and no classes."""
        return not self.names if self.are_objects is None else self.are_objects

    @property
    def shape(self) -> tuple[int, ...]:
        """The size along each axis: (y, x) or (z, y, x)."""
        return self.labels.shape

    @property
    def dimensions(self) -> int:
        """The number of axes: 2 or 3."""
        return self.labels.ndim

    def lies_on(self, grid: "Image | LabelMap") -> bool:
        """Return whether it has the shape and geometry of an image or of another label map."""
        return (self.shape, self.geometry) == (grid.shape, grid.geometry)

    @property
    def spacing(self) -> tuple[float, ...]:
        """The spacing in mm, or 1 along each axis where it is unknown and sizes are in pixels."""
        return self.geometry.spacing_mm or (1.0,) * self.dimensions

    @property
    def count(self) -> int:
        """How many different labels there are, the background left out."""
        return self.runs.numbers.size

    @cached_property
    def runs(self) -> Runs:
        """Its pixels as runs along the last axis, label by label; found once."""
        return Runs.of(self.labels)

    def with_labels(
        self, labels: Pixels, names: Mapping[int, str] | None = None, *, are_objects: bool | None = None
    ) -> "LabelMap":
        """Return other labels in the same place, as a step does that refines a segmentation.

        Parameters
        ----------
        labels
            Of the same shape; bool or any integer type.
        names, are_objects
            What the new numbers stand for; by default what the old ones did.

        Raises
        ------
        BadImage
            When the labels are of another shape, or aren't whole numbers from 0 to 2³¹ - 1.

        Examples
        --------
        >>> liver = LabelMap(np.array([[0, 1], [1, 1]]), names={1: "liver"})
        >>> liver.with_labels(np.array([[0, 0], [0, 1]])).names
        {1: 'liver'}
        """
        if labels.shape != self.shape:
            raise BadImage(f"the new labels must be of shape {self.shape} like the old, found {labels.shape}")
        return LabelMap(
            cast(Labels, labels),
            self.geometry,
            self.names if names is None else names,
            self.are_objects if are_objects is None else are_objects,
        )


@dataclass(frozen=True, eq=False)
class Reference(LabelMap):
    """A label map that was sent with the image: what an annotator drew, to compare a segmentation with.

    It lies on the grid of the source. An algorithm that takes one is a stage of a job that brings one.

    Parameters
    ----------
    stored_as
        Each label that its file stores as another number, and that number: ``{1: 255}`` for a mask of black
        and white.
    """

    stored_as: Mapping[int, int] = field(default_factory=dict)


def _checked_extremes(labels: Pixels) -> tuple[int, int]:
    if labels.dtype.kind not in "biu" or labels.ndim not in (2, 3) or labels.size == 0:
        raise BadImage(
            f"labels must be whole numbers in 2-D or 3-D, found {labels.dtype} of shape {labels.shape}"
        )
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high > np.iinfo(np.int32).max:
        raise BadImage(f"labels must be from 0 to 2147483647, found {low} to {high}")
    return low, high

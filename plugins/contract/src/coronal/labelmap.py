"""A label map: which pixel belongs to which object."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from coronal.errors import BadImage
from coronal.geometry import Geometry
from coronal.image import Image, Pixels, read_only

__all__ = ["LabelMap", "Reference"]


@dataclass(frozen=True, eq=False, slots=True)
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

    Raises
    ------
    BadImage
        When the array isn't of whole numbers from 0 to 2³¹ - 1, or isn't 2-D or 3-D.

    Examples
    --------
    >>> LabelMap(np.array([[0, 1], [2, 2]])).count
    2
    """

    labels: NDArray[np.int32]
    geometry: Geometry = field(default_factory=Geometry)
    names: Mapping[int, str] = field(default_factory=dict)
    are_objects: bool | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "labels", _checked(np.asarray(self.labels)))
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
        return cls(_checked(labels), image.geometry, names or {}, are_objects)

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
        """Tell whether it has the shape and geometry of an image or of another label map."""
        return (self.shape, self.geometry) == (grid.shape, grid.geometry)

    @property
    def spacing(self) -> tuple[float, ...]:
        """The spacing in mm, or 1 along each axis where it is unknown and sizes are told in pixels."""
        return self.geometry.spacing_mm or (1.0,) * self.dimensions

    @property
    def count(self) -> int:
        """How many different labels there are, the background left out."""
        if self.labels.max() <= self.labels.size:
            # Ten times as fast as to sort them; but it takes a place for each number up to the largest.
            return int(np.count_nonzero(np.bincount(self.labels.reshape(-1))[1:]))
        return int(np.count_nonzero(np.unique(self.labels)))

    def with_labels(
        self, labels: Pixels, names: Mapping[int, str] | None = None, *, are_objects: bool | None = None
    ) -> "LabelMap":
        """Give other labels in the same place, as a step does that refines a segmentation.

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
            _checked(labels),
            self.geometry,
            self.names if names is None else names,
            self.are_objects if are_objects is None else are_objects,
        )


@dataclass(frozen=True, eq=False, slots=True)
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


def _checked(labels: Pixels) -> NDArray[np.int32]:
    if labels.dtype.kind not in "biu" or labels.ndim not in (2, 3) or labels.size == 0:
        raise BadImage(
            f"labels must be whole numbers in 2-D or 3-D, found {labels.dtype} of shape {labels.shape}"
        )
    if labels.min() < 0 or labels.max() > np.iinfo(np.int32).max:
        raise BadImage(f"labels must be from 0 to 2147483647, found {labels.min()} to {labels.max()}")
    array: NDArray[np.int32] = read_only(labels.astype(np.int32, copy=False))  # type: ignore[assignment]
    return array

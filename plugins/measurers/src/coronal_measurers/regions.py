"""The objects of a label map, one by one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray
from skimage.measure import regionprops

from coronal import LabelMap
from coronal.image import Pixels

__all__ = ["Box", "Properties", "Region", "boxes", "regions"]

Box: TypeAlias = tuple[slice, ...]
"""Where an object lies: from its first pixel to behind its last, along each axis."""


class Properties(Protocol):
    """What is used of `skimage.measure.regionprops`; box and mask are in pixels, all else by the spacing."""

    slice: tuple[slice, ...]
    bbox: tuple[int, ...]
    image: NDArray[np.bool_]
    area: float
    equivalent_diameter_area: float
    centroid_local: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Region:
    """One object.

    Parameters
    ----------
    label
        Its number in the label map.
    properties
        What scikit-image knows of it.
    spacing
        Along each axis, in array order.
    """

    label: int
    properties: Properties
    spacing: tuple[float, ...]

    @property
    def centroid_px(self) -> tuple[float, ...]:
        """The mean place of its pixels, in array order."""
        within = zip(self.properties.slice, self.properties.centroid_local, self.spacing, strict=True)
        return tuple(float(side.start + local / step) for side, local, step in within)

    def of(self, pixels: Pixels) -> Pixels:
        """Give the values that its pixels have in an array of the label map's shape, along one axis."""
        values: Pixels = pixels[self.properties.slice][self.properties.image]
        return values


def regions(labels: LabelMap, spacing: tuple[float, ...]) -> Iterator[Region]:
    """Give each object of a label map, in the order of the labels.

    Parameters
    ----------
    labels
        The objects.
    spacing
        Along each axis, in array order.

    Examples
    --------
    >>> [region.label for region in regions(LabelMap(np.array([[0, 5], [2_000_000_000, 5]])), (1.0, 1.0))]
    [5, 2000000000]
    """
    dense, numbers = _dense(labels.labels)
    for properties in regionprops(dense, spacing=spacing):
        label = properties.label if numbers is None else numbers[properties.label]
        yield Region(int(label), properties, spacing)


def boxes(labels: LabelMap) -> dict[int, Box]:
    """Return the box of each object of a label map, by its number.

    >>> boxes(LabelMap(np.array([[0, 5], [9, 5]])))
    {5: (slice(0, 2, None), slice(1, 2, None)), 9: (slice(1, 2, None), slice(0, 1, None))}
    """
    return {region.label: region.properties.slice for region in regions(labels, labels.spacing)}


def _dense(labels: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32] | None]:
    # The library makes a list as long as the largest number, which may be two thousand million.
    if labels.max() <= labels.size:
        return labels, None
    numbers, places = np.unique(np.append(labels, np.int32(0)), return_inverse=True)
    return places[:-1].reshape(labels.shape).astype(np.int32), numbers

"""Shapes that were recognised, drawn into a label map."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coronal import Image, LabelMap
from coronal.types.dense_labels import dense_labels

__all__ = ["Ellipsoid", "drawn", "in_unit", "labelled"]


@dataclass(frozen=True, slots=True, eq=False)
class Ellipsoid:
    """A disc, ellipse, ball or ellipsoid.

    Parameters
    ----------
    name
        What it is called in the label map.
    centre
        From the middle of the image's first pixel, along each array axis; in mm, or in pixels where the image
        has no spacing.
    half_axes
        In the same unit.
    axes
        A row for each half-axis: its direction along the array axes, of length 1. By default these axes.
    """

    name: str
    centre: tuple[float, ...]
    half_axes: tuple[float, ...]
    axes: NDArray[np.float64] | None = None


def drawn(image: Image, shapes: Sequence[Ellipsoid]) -> LabelMap:
    """Draw filled shapes, numbered in their order; of two that overlap the smaller covers the larger.

    Each has at least the pixel that it lies in the middle of, unless another covers it. Pixels that are no
    numbers are background.
    """
    labels = np.zeros(image.shape, np.int32)
    numbered = sorted(enumerate(shapes, start=1), key=lambda one: -math.prod(one[1].half_axes))
    for number, shape in numbered:
        _draw(labels, number, shape, image.spacing)
    return labelled(image, labels, [shape.name for shape in shapes])


def labelled(image: Image, labels: NDArray[np.int32], names: Sequence[str]) -> LabelMap:
    """Make a label map of what is left of each shape: numbered without gaps, with its name."""
    values = image.grey()
    if values.dtype.kind == "f":
        labels = np.where(np.isfinite(values), labels, 0)
    if image.valid is not None:
        labels = np.where(image.valid, labels, 0)
    dense, left = dense_labels(labels)
    named = {new: names[old - 1] for new, old in enumerate(left.tolist()) if old}
    return LabelMap.of(image, dense, named, are_objects=True)


def in_unit(image: Image, size: float) -> str:
    """Write a size as a person reads it.

    >>> in_unit(Image(np.zeros((2, 2))), 12.3456)
    '12.3 px'
    """
    return f"{size:.3g} {'px' if image.spacing_mm is None else 'mm'}"


def _draw(labels: NDArray[np.int32], number: int, shape: Ellipsoid, spacing: Iterable[float]) -> None:
    reach = max(shape.half_axes)
    box, offsets = [], []
    for size, middle, step in zip(labels.shape, shape.centre, spacing, strict=True):
        start = min(max(math.ceil((middle - reach) / step), 0), size)
        stop = min(max(math.floor((middle + reach) / step) + 1, start), size)
        box.append(slice(start, stop))
        offsets.append(np.arange(start, stop) * step - middle)
    places = np.stack(np.meshgrid(*offsets, indexing="ij"), axis=-1)
    along = places if shape.axes is None else places @ shape.axes.T
    labels[tuple(box)][((along / shape.half_axes) ** 2).sum(axis=-1) <= 1] = number
    own = tuple(round(middle / step) for middle, step in zip(shape.centre, spacing, strict=True))
    if all(0 <= place < size for place, size in zip(own, labels.shape, strict=True)):
        labels[own] = number

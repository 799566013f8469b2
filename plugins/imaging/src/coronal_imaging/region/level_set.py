"""A contour that moves: where it starts, how often it may, and how it is smoothed."""

from typing import Annotated, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray
from skimage.segmentation.morphsnakes import inf_sup, sup_inf

from coronal import BadParameter, Image, LabelMap, Parameter
from coronal_imaging.threshold.foreground import Foreground, foreground_mask

__all__ = ["Inside", "Iterations", "at_least_two", "check_iterations", "smoothed", "start"]

Iterations = Annotated[int, Parameter("How often the contour is moved.", minimum=1, maximum=500)]
Value = TypeVar("Value", bound=np.generic)
Inside: TypeAlias = NDArray[np.int8]

_REACH_PX = 2
"""Each of the two operators looks one pixel far."""

_MAX_WORK = 1_000_000_000
"""Pixels × iterations: about as many take ten minutes."""


def start(image: Image, labels: LabelMap | None, foreground: Foreground) -> Inside:
    """Return the first level set: all labels together, or Otsu's foreground where there is no label map."""
    mask = foreground_mask(image, foreground) if labels is None else labels.labels > 0
    return mask.astype(np.int8)


def check_iterations(image: Image, iterations: int) -> None:
    """Raise where so many moves would take too long.

    Raises
    ------
    BadParameter
        When pixels times iterations are more than 10⁹.
    """
    pixels = int(np.prod(image.shape))
    if pixels * iterations > _MAX_WORK:
        raise BadParameter(
            "iterations",
            found=f"{iterations}",
            allowed=f"≤ {_MAX_WORK // pixels} in an image of {pixels} px",
        )


def smoothed(inside: Inside, times: int, first: int) -> Inside:
    """Smooth a contour by its curvature, by the library's two operators in turn.

    Beyond its edge the image goes on as it ends there. To the library nothing lies beyond it, so that an
    object which is cut by the edge would shrink from there, and one in a volume of a few slices would vanish.

    Parameters
    ----------
    inside
        1 within the contour, 0 outside; 2-D or 3-D.
    times
        How often.
    first
        How often it was smoothed before: tells which operator is next.
    """
    kept = (slice(_REACH_PX, -_REACH_PX),) * inside.ndim
    for number in range(first, first + times):
        around = np.pad(inside, _REACH_PX, mode="edge")
        around = inf_sup(sup_inf(around)) if number % 2 else sup_inf(inf_sup(around))
        inside = np.ascontiguousarray(around[kept])
    return inside


def at_least_two(array: NDArray[Value]) -> NDArray[Value]:
    """Repeat an array along each axis of one pixel, along which there is no gradient.

    >>> at_least_two(np.zeros((1, 5, 3))).shape
    (2, 5, 3)
    """
    for axis, size in enumerate(array.shape):
        if size == 1:
            array = np.repeat(array, 2, axis)
    return array

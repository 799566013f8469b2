"""Where a contour that moves starts, and how often it may."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from coronal import BadParameter, Image, LabelMap, Parameter
from coronal_segmenters.foreground import Foreground, foreground_mask

__all__ = ["Iterations", "at_least_two", "even_iterations", "start"]

Iterations = Annotated[int, Parameter("How often the contour is moved.", minimum=1, maximum=500)]

_MOST_WORK = 1_000_000_000
"""Pixels × iterations: about as many take ten minutes."""


def start(image: Image, labels: LabelMap | None, foreground: Foreground) -> NDArray[np.int8]:
    """Give the first level set: all labels together, or Otsu's foreground where there is no label map."""
    mask = foreground_mask(image, foreground) if labels is None else labels.labels > 0
    return mask.astype(np.int8)


def even_iterations(image: Image, iterations: int) -> int:
    """Give the number of iterations, an odd one as the next even one.

    The library smooths by two operators in turn, and goes on where its last call in this process has stopped:
    only after an even number the next job finds it as this one did.

    Raises
    ------
    BadParameter
        When they would take too long in so large an image.

    Examples
    --------
    >>> even_iterations(Image(np.zeros((9, 9))), 35)
    36
    """
    pixels = int(np.prod(image.shape))
    if pixels * iterations > _MOST_WORK:
        raise BadParameter(
            "iterations",
            found=f"{iterations}",
            allowed=f"≤ {_MOST_WORK // pixels} in an image of {pixels} px",
        )
    return iterations + iterations % 2


def at_least_two(array: NDArray[np.generic]) -> NDArray[np.generic]:
    """Repeat an array along each axis of one pixel, where the library can't take a gradient.

    >>> at_least_two(np.zeros((1, 5, 3))).shape
    (2, 5, 3)
    """
    for axis, size in enumerate(array.shape):
        if size == 1:
            array = np.repeat(array, 2, axis)
    return array

"""The colours of labels, and label maps painted with them."""

import colorsys
from functools import cache

import numpy as np
from numpy.typing import NDArray

from coronal.types.dense_labels import dense_labels
from coronal_formats.rendering.window import Rgb

__all__ = ["colour_of", "painted"]

_GOLDEN_TURN = 0.618_033_988_749_895
_FIRST_HUE = 0.5
_FILL = 0.28
_SHADES = ((0.85, 1.0), (1.0, 1.0), (0.7, 0.9))
"""Saturation and value, in turn, so that near hues differ in more than hue."""


@cache
def colour_of(label: int) -> tuple[int, int, int]:
    """Return the colour of a label as red, green and blue, 0 to 255.

    It depends on the label alone, so that an object has one colour in every picture. Neighbouring numbers
    lie a golden section of the colour circle apart.

    >>> colour_of(1), colour_of(2)
    ((38, 255, 255), (255, 181, 0))
    """
    hue = (_FIRST_HUE + _GOLDEN_TURN * (label - 1)) % 1.0
    saturation, value = _SHADES[(label - 1) % len(_SHADES)]
    red, green, blue = (round(255 * part) for part in colorsys.hsv_to_rgb(hue, saturation, value))
    return red, green, blue


def painted(picture: Rgb, labels: NDArray[np.int32], line_px: int) -> Rgb:
    """Paint a label map over a picture: a translucent surface and a full contour for each label.

    Parameters
    ----------
    picture
        Shape (y, x, 3).
    labels
        Shape (y, x); 0 stays unpainted.
    line_px
        How wide the contour is; it lies inside of its object.
    """
    inside = labels > 0
    dense, numbers = dense_labels(labels)
    table = np.array([colour_of(number) for number in numbers.tolist()], np.float32)
    opacity = np.where(_contours(labels, line_px)[inside], np.float32(1.0), np.float32(_FILL))
    result = picture.copy()
    below = result[inside]
    result[inside] = np.rint(below + opacity[:, None] * (table[dense[inside]] - below))
    return result


def _contours(labels: NDArray[np.int32], line_px: int) -> NDArray[np.bool_]:
    # The border of the picture is no border of an object.
    padded = np.pad(labels, line_px, mode="edge")
    rows, columns = labels.shape
    edge = np.zeros(labels.shape, bool)
    for step in range(1, line_px + 1):
        for down, right in ((step, 0), (-step, 0), (0, step), (0, -step)):
            top, left = line_px + down, line_px + right
            edge |= padded[top : top + rows, left : left + columns] != labels
    return edge

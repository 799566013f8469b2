"""Thumbnail of an image, with the outline of a label."""

import colorsys

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pictures

from coronal import Meaning
from coronal_learning.datasets.contact_sheet.planes import Plane, to_rgb

__all__ = ["SIDE_PX", "colour_of", "thumbnail"]

SIDE_PX = 112
"""Four times 28, fourteen times 8: small images of common sizes stay sharp."""

_GOLDEN_TURN = 0.618_033_988_749_895
_FIRST_HUE = 0.5


def thumbnail(plane: Plane, meaning: Meaning, label: int = 0) -> Pictures.Image:
    """Draw a plane and the outline of a label in its colour, at most 112 pixels high and wide.

    Parameters
    ----------
    plane
        Plane to draw.
    meaning
        Meaning of its values.
    label
        Label whose outline is drawn.
    """
    scale = SIDE_PX / max(plane.size)
    height, width = (max(1, round(scale * length)) for length in plane.size)
    rows, columns = plane.pixels.shape[:2]
    way = Pictures.Resampling.BOX if rows > height and columns > width else Pictures.Resampling.NEAREST
    picture = np.asarray(
        Pictures.fromarray(to_rgb(plane.pixels, meaning)).resize((width, height), way)
    ).copy()
    if plane.drawn is not None:
        places = np.ix_(np.arange(height) * rows // height, np.arange(width) * columns // width)
        picture[_outline(plane.drawn[places])] = colour_of(label)
    return Pictures.fromarray(picture)


def colour_of(label: int) -> tuple[int, int, int]:
    """Return the colour of a label: neighbouring numbers lie a golden section of the colour circle apart.

    >>> colour_of(1)
    (38, 255, 255)
    """
    red, green, blue = colorsys.hsv_to_rgb((_FIRST_HUE + _GOLDEN_TURN * (label - 1)) % 1.0, 0.85, 1.0)
    return round(255 * red), round(255 * green), round(255 * blue)


def _outline(drawn: NDArray[np.bool_]) -> NDArray[np.bool_]:
    padded = np.pad(drawn, 1)
    inside = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    outline: NDArray[np.bool_] = drawn & ~inside
    return outline

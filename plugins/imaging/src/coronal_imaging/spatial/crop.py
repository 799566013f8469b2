"""A part of an image, by its place."""

import math
from typing import Annotated, Literal

from coronal import BadParameter, Image, Parameter, algorithm
from coronal_imaging.spatial.box import boxed

__all__ = ["crop"]

Edge = Annotated[float, Parameter(unit="px or mm", minimum=0, maximum=100_000)]


@algorithm(keeps_geometry=False)
def crop(
    image: Image,
    x: Annotated[tuple[Edge, Edge] | None, Parameter("From where to where along x; null is all.")] = None,
    y: Annotated[tuple[Edge, Edge] | None, Parameter("From where to where along y; null is all.")] = None,
    z: Annotated[
        tuple[Edge, Edge] | None, Parameter("From where to where along z, of a volume; null is all.")
    ] = None,
    unit: Annotated[Literal["px", "mm"], Parameter("The unit of the numbers.")] = "px",
) -> Image:
    """Cut a box out of an image.

    Its two numbers along an axis are distances from the outer edge of the first pixel: in pixels, the first
    row that is in and the first that isn't, like the boxes that `shape` measures. What lies beyond the image
    is left out. Not a value changes, and every pixel stays where it was in the patient. Channels and what the
    values mean stay. A label map before it falls away.

    Parameters
    ----------
    image
        Of any values; NaN is kept.
    x, y, z
        From and to. A plane has no z, and leaves it aside.
    unit
        ``px`` or ``mm``; both are rounded to whole pixels.

    Returns
    -------
    Image
        Of the same type.

    Raises
    ------
    BadParameter
        When no pixel lies in the box, or it is in mm and the image has no spacing.

    Notes
    -----
    NumPy's slices.

    Examples
    --------
    >>> import numpy as np
    >>> crop(Image(np.arange(12).reshape(3, 4)), x=(1, 3), y=(2, 3)).pixels
    array([[ 9, 10]])
    """
    if unit == "mm" and image.spacing_mm is None:
        raise BadParameter("unit", found="mm", allowed="px: the image has no spacing")
    steps = image.spacing if unit == "mm" else (1.0,) * image.dimensions
    wanted = zip("zyx", (z, y, x), strict=True)
    sides = [
        _side(letter, edges, size, step)
        for (letter, edges), size, step in zip(
            list(wanted)[-image.dimensions :], image.shape, steps, strict=True
        )
    ]
    starts, stops = zip(*sides, strict=True)
    return boxed(image, starts, stops)


def _side(letter: str, edges: tuple[float, float] | None, size: int, step: float) -> tuple[int, int]:
    if edges is None:
        return 0, size
    start, stop = (min(math.floor(edge / step + 0.5), size) for edge in edges)
    if start >= stop:
        raise BadParameter(
            letter,
            found=f"{edges[0]:g} to {edges[1]:g}",
            allowed=f"such that a pixel lies in it: the image is from 0 to {size * step:g}",
        )
    return start, stop

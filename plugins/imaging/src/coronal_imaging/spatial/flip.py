"""An image from the other side."""

from typing import Annotated, Literal

import numpy as np

from coronal import Image, Parameter, algorithm
from coronal_imaging.spatial.axes import axis_number

__all__ = ["flip"]


@algorithm(keeps_geometry=False)
def flip(
    image: Image,
    axis: Annotated[
        Literal["x", "y", "z"],
        Parameter("What is reversed: x, left and right; y, top and bottom; z, first slice and last."),
    ] = "x",
) -> Image:
    """Reverse an axis: left becomes right, top becomes bottom, or the first slice the last.

    Not a value changes, and every pixel stays where it was in the patient: the direction of the axis is
    reversed with it. A mirrored patient isn't made so. Channels and what the values mean stay. A label map
    before it falls away.

    Parameters
    ----------
    image
        Of any values; NaN is kept.
    axis
        ``z`` is of volumes alone.

    Returns
    -------
    Image
        Of the same type and shape.

    Raises
    ------
    BadParameter
        When the axis is z, and the image a plane.

    Notes
    -----
    `numpy.flip`.
    """
    number = axis_number(image, axis, "axis")
    signs, offset = np.ones(image.dimensions), np.zeros(image.dimensions)
    signs[number], offset[number] = -1.0, image.shape[number] - 1
    return image.mapped(np.flip(image.pixels, number), np.diag(signs), offset.tolist())

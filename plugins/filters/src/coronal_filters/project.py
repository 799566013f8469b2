"""All planes of a volume in one."""

from typing import Annotated, Literal

import numpy as np

from coronal import Image, Parameter, algorithm
from coronal_filters.finite import finite_pixels

__all__ = ["project"]


@algorithm(dimensions=(3,), keeps_geometry=False)
def project(
    image: Image,
    axis: Annotated[Literal["z", "y", "x"], Parameter("The axis along which it is looked at.")] = "z",
    method: Annotated[
        Literal["maximum", "mean", "minimum"], Parameter("What is taken of all values in a line.")
    ] = "maximum",
) -> Image:
    """Look through a volume along an axis: of each line of values its maximum, mean or minimum.

    The maximum shows vessels with contrast, bones and lesions in PET; the mean is like an X-ray; the minimum
    shows airways. The plane lies in the middle of the volume, and each of its pixels on the line that it
    stands for. What the values mean stays. Channels are looked through one by one. A label map before it
    falls away.

    Parameters
    ----------
    image
        A volume of finite values.
    axis
        ``z`` gives a plane of the axes (y, x), ``y`` one of (z, x), ``x`` one of (z, y).
    method
        ``maximum`` (MIP), ``mean`` or ``minimum`` (MinIP).

    Returns
    -------
    Image
        2-D; of the same type, the mean float32.

    Raises
    ------
    BadImage
        When a value is NaN or infinite.

    Notes
    -----
    `numpy.max`, `numpy.min`, and `numpy.mean` in float64.
    """
    number = "zyx".index(axis)
    pixels = finite_pixels(image)
    match method:
        case "maximum":
            plane = pixels.max(axis=number).astype(image.pixels.dtype, copy=False)
        case "minimum":
            plane = pixels.min(axis=number).astype(image.pixels.dtype, copy=False)
        case "mean":
            plane = pixels.mean(axis=number, dtype=np.float64).astype(np.float32)
    middle = (image.shape[number] - 1) / 2
    return image.mapped(plane, np.delete(np.eye(3), number, axis=1), middle * np.eye(3)[number])

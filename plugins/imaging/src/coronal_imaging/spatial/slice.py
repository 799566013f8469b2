"""A plane of a volume."""

from typing import Annotated, Literal

import numpy as np

from coronal import BadParameter, Image, Parameter, algorithm

__all__ = ["plane"]


@algorithm(name="slice", dimensions=(3,), keeps_geometry=False)
def plane(
    image: Image,
    axis: Annotated[Literal["z", "y", "x"], Parameter("The axis that the plane lies across.")] = "z",
    index: Annotated[
        int | None,
        Parameter("Which plane, from 0; by default the middle one.", unit="px", minimum=0, maximum=1_000_000),
    ] = None,
) -> Image:
    """Take one plane of a volume, as an image of two dimensions.

    Not a value changes, and every pixel stays where it was in the patient. After `orient` to LPS the planes
    of z are axial, those of y coronal and those of x sagittal. Channels and what the values mean stay. A
    label map before it falls away.

    Parameters
    ----------
    image
        A volume of any values; NaN is kept.
    axis
        ``z`` gives a plane of the axes (y, x), ``y`` one of (z, x), ``x`` one of (z, y).
    index
        In pixels along that axis.

    Returns
    -------
    Image
        2-D, of the same type.

    Raises
    ------
    BadParameter
        When the volume has no such plane.

    Notes
    -----
    `numpy.take`.
    """
    number = "zyx".index(axis)
    size = image.shape[number]
    place = size // 2 if index is None else index
    if place >= size:
        raise BadParameter("index", found=str(place), allowed=f"< {size} along {axis}")
    pixels = np.take(image.pixels, place, axis=number)
    return image.mapped(pixels, np.delete(np.eye(3), number, axis=1), place * np.eye(3)[number])

"""An image on a grid of the same step along each axis, where a circle is a circle and a ball a ball."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from coronal import BadImage, Image
from coronal_imaging.finite_values import finite_values

__all__ = ["EvenGrid", "even_grid"]

_MAX_PIXELS = 2**26
"""An array of float32 has 256 MiB then."""

_EQUAL = 1e-3
"""Spacings that differ by less are those of a file that was rounded."""


@dataclass(frozen=True, slots=True, eq=False)
class EvenGrid:
    """Values on an even grid; its first pixel is that of the image.

    Parameters
    ----------
    pixels
        2-D or 3-D, from 0 to 1.
    is_number
        Of the same shape; where it is False the image has no number.
    step
        From one pixel to the next, in mm; 1 where the image has no spacing.
    """

    pixels: NDArray[np.float32]
    is_number: NDArray[np.bool_]
    step: float


def even_grid(image: Image) -> EvenGrid | None:
    """Resample the grey values of an image to the smallest of its spacings, by linear interpolation.

    Parameters
    ----------
    image
        Where its spacings are the same nothing is interpolated.

    Returns
    -------
    EvenGrid or None
        None where the image has no two values.

    Raises
    ------
    BadImage
        When the grid has more than 67 million pixels.

    Examples
    --------
    >>> from coronal import Geometry
    >>> grid = even_grid(Image(np.array([[0, 1], [4, 5]]), Geometry((2.0, 1.0))))
    >>> grid.pixels.shape, grid.step
    ((3, 2), 1.0)
    """
    values = finite_values(image)
    if values is None:
        return None
    step = min(image.spacing)
    if max(image.spacing) <= step * (1 + _EQUAL):
        return EvenGrid(values.stretched(), values.is_number, step)
    shape = tuple(
        math.floor((size - 1) * own / step + _EQUAL) + 1
        for size, own in zip(image.shape, image.spacing, strict=True)
    )
    if math.prod(shape) > _MAX_PIXELS:
        raise BadImage(
            f"the image must have at most {_MAX_PIXELS} pixels on a grid of {step:g} mm, found "
            f"{math.prod(shape)}: resample it first"
        )
    scale = [step / own for own in image.spacing]
    pixels = ndimage.affine_transform(values.stretched(), scale, output_shape=shape, order=1, mode="nearest")
    is_number = ndimage.affine_transform(values.is_number, scale, output_shape=shape, order=0, mode="nearest")
    return EvenGrid(pixels, is_number, step)

"""Turning an image upright, as the orientation tag of TIFF and EXIF says."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from coronal import Image, ImageProperties

__all__ = ["upright", "upright_properties"]

_TRANSPOSED = (5, 6, 7, 8)
_ROWS_REVERSED = (3, 4, 7, 8)
_COLUMNS_REVERSED = (2, 3, 6, 7)


def upright(image: Image, orientation: object) -> Image:
    """Turn an image so that its first row is the top and its first column the left.

    Parameters
    ----------
    image
        The image as it is stored: (y, x) or (z, y, x), with channels or not.
    orientation
        The value of the tag Orientation, 274 (TIFF 6.0, page 36; EXIF 2.32, 4.6.4): 1 for upright, 2 to 8;
        anything else is no orientation.

    Returns
    -------
    Image
        The spacing goes with its axis where rows and columns are exchanged.

    Examples
    --------
    >>> stored = Image(np.array([[1, 2, 3], [4, 5, 6]]))
    >>> upright(stored, 3).pixels.tolist()
    [[6, 5, 4], [3, 2, 1]]
    >>> upright(stored, 6).pixels.tolist()
    [[4, 1], [5, 2], [6, 3]]
    """
    if orientation not in range(2, 9):
        return image
    y, x = image.dimensions - 2, image.dimensions - 1
    pixels = image.pixels.swapaxes(y, x) if orientation in _TRANSPOSED else image.pixels
    for axis, reversing in ((y, _ROWS_REVERSED), (x, _COLUMNS_REVERSED)):
        pixels = np.flip(pixels, axis) if orientation in reversing else pixels
    return image.mapped(np.ascontiguousarray(pixels), *_mapping(pixels.shape[: x + 1], orientation))


def upright_properties(properties: ImageProperties, orientation: object) -> ImageProperties:
    """Return the properties of an image that is turned so; the parameters are those of `upright`."""
    if orientation not in range(2, 9):
        return properties
    *z, rows, columns = properties.shape
    shape = (*z, columns, rows) if orientation in _TRANSPOSED else properties.shape
    return replace(
        properties, shape=shape, geometry=properties.geometry.mapped(*_mapping(shape, orientation))
    )


def _mapping(shape: Sequence[int], orientation: object) -> tuple[NDArray[np.float64], tuple[float, ...]]:
    """Return where an element of the upright array, of a shape, lies in the stored one (`Image.mapped`)."""
    y, x = len(shape) - 2, len(shape) - 1
    axes, offset = np.eye(len(shape)), np.zeros(len(shape))
    if orientation in _TRANSPOSED:
        axes = axes[:, [*range(y), x, y]]
    for axis, reversing in ((y, _ROWS_REVERSED), (x, _COLUMNS_REVERSED)):
        if orientation in reversing:
            offset += axes[:, axis] * (shape[axis] - 1)
            axes[:, axis] = -axes[:, axis]
    return axes, tuple(offset)

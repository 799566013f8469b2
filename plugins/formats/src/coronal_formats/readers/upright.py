"""Turning an image upright, as the orientation tag of TIFF and EXIF says."""

import numpy as np

from coronal import Image

__all__ = ["upright"]

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
    pixels, axes = image.pixels, np.eye(image.dimensions)
    if orientation in _TRANSPOSED:
        pixels, axes = pixels.swapaxes(y, x), axes[:, [*range(y), x, y]]
    offset = np.zeros(image.dimensions)
    for axis, reversing in ((y, _ROWS_REVERSED), (x, _COLUMNS_REVERSED)):
        if orientation in reversing:
            offset += axes[:, axis] * (pixels.shape[axis] - 1)
            pixels, axes[:, axis] = np.flip(pixels, axis), -axes[:, axis]
    return image.mapped(np.ascontiguousarray(pixels), axes, tuple(offset))

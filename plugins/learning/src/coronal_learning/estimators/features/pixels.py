"""The values themselves."""

import numpy as np
from numpy.typing import NDArray
from skimage import transform

from coronal import Image

__all__ = ["pixels"]


def pixels(image: Image, size: int) -> NDArray[np.float64]:
    """Return the values of an image one after another, that of each channel for itself.

    Parameters
    ----------
    image
        A plane or a volume, of any number of channels. Padding has the value that its reader has filled it
        with, the least of the image: one that tells nothing else.
    size
        An axis with more pixels is shrunk to so many, smoothed before as far as that needs. The others stay.

    Returns
    -------
    NDArray[np.float64]
        In the unit of the image, in the order of its array.

    Notes
    -----
    `skimage.transform.resize`, linear, with anti-aliasing.

    Examples
    --------
    >>> pixels(Image(np.full((2, 4), 7, np.uint8)), size=2).round(6).tolist()
    [7.0, 7.0, 7.0, 7.0]
    """
    values = image.pixels.astype(np.float64)
    shrunk = tuple(min(length, size) for length in image.shape)
    if shrunk != image.shape:
        values = transform.resize(values, shrunk + values.shape[image.dimensions :], order=1)
    return values.ravel()

"""How steep an image is."""

import numpy as np
from skimage import filters

from coronal import Image, algorithm
from coronal.types.image import Pixels
from coronal_imaging.edges.responses import response
from coronal_imaging.intensity.unit_range import UnitRange

__all__ = ["sobel"]

_LIBRARYS_STEPS = 2
"""The library takes the difference over two pixels, and doesn't divide by them."""


@algorithm
def sobel(image: Image) -> Image:
    """Return the steepness at each pixel: bright where there is an edge.

    It is the length of the gradient, in the unit of the values per mm, or per pixel where the image has no
    spacing; in a volume of all three dimensions, so that an edge from slice to slice counts by how far apart
    slices are. Its values mean mere intensity. Of a colour image the luminance is taken; other channels are
    filtered one by one. A constant image becomes 0.

    Parameters
    ----------
    image
        Of finite values.

    Returns
    -------
    Image
        float32, from 0: a ramp of 3 HU a mm becomes 3.

    Raises
    ------
    BadImage
        When a value is NaN or infinite.

    Notes
    -----
    `skimage.filters.sobel` along each axis, by 2 and by the spacing. I. Sobel and G. Feldman, A 3×3 isotropic
    gradient operator for image processing, Stanford Artificial Intelligence Project, 1968.
    """

    def steepness(pixels: Pixels) -> Pixels:
        bounds = UnitRange.of(pixels)
        unit = bounds.unit(pixels)
        squares = np.zeros(unit.shape, np.float32)
        for axis, step in enumerate(image.spacing):
            slope = filters.sobel(unit, axis=axis)
            slope /= np.float32(_LIBRARYS_STEPS * step)
            slope *= slope
            squares += slope
        return bounds.differences(np.sqrt(squares, out=squares))

    return response(image, steepness)

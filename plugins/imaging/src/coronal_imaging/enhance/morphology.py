"""Bright or dark structures, shrunk and grown."""

from typing import Annotated, Literal

import numpy as np
from skimage.morphology import closing, dilation, erosion, opening

from coronal import Image, Parameter, algorithm
from coronal_imaging.enhance.neighbourhood import Radius, neighbourhood
from coronal_imaging.finite_values import finite_pixels

__all__ = ["morphology"]

_OPERATIONS = {"erode": erosion, "dilate": dilation, "open": opening, "close": closing}

_MAX_BYTES = 4
"""Of larger whole numbers the library makes the least one at the edge; their ranks are as good."""


@algorithm
def morphology(
    image: Image,
    operation: Annotated[
        Literal["erode", "dilate", "open", "close"],
        Parameter("The least or the greatest of the neighbourhood, or first one and then the other."),
    ] = "open",
    radius: Radius = 1.0,
) -> Image:
    """Erode, dilate, open or close an image of grey values by a flat disc or ball.

    What its values mean stays, and so does their type: Hounsfield units stay whole Hounsfield units. The
    neighbourhood is a disc, in a volume a ball; where spacing differs among axes it is an ellipsoid in
    pixels, and an axis whose spacing is larger than the radius is left as it is. Channels are filtered one by
    one. What lies beyond the edge doesn't count.

    Parameters
    ----------
    image
        Of finite values.
    operation
        ``erode``: each value becomes the least of its neighbourhood, and bright structures shrink;
        ``dilate``: the greatest, and they grow. ``open`` erodes and then dilates: bright structures in which
        the neighbourhood has no room go, all others stay. ``close`` does the same to dark structures.
    radius
        In mm; in pixels where the image has no spacing.

    Returns
    -------
    Image
        Of the same type; each value was one of the input's.

    Raises
    ------
    BadImage
        When a value is NaN or infinite.
    BadParameter
        When the box around the neighbourhood holds more than 10,000 pixels.

    Notes
    -----
    `skimage.morphology.erosion`, `dilation`, `opening` and `closing`, with ``mode="ignore"``. J. Serra, Image
    Analysis and Mathematical Morphology, Academic Press, 1982.
    """
    operate, footprint = _OPERATIONS[operation], neighbourhood(image, radius)
    pixels = finite_pixels(image)
    if pixels.dtype.kind in "iu" and pixels.dtype.itemsize > _MAX_BYTES:
        values, ranks = np.unique(pixels, return_inverse=True)
        new = values[operate(ranks.reshape(pixels.shape).astype(np.int32), footprint, mode="ignore")]
    else:
        new = operate(pixels, footprint, mode="ignore")
    return image.with_pixels(new.astype(image.pixels.dtype, copy=False))

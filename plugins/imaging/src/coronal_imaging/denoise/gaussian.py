"""Smoothing by a Gaussian."""

from typing import Annotated

import numpy as np
from scipy import ndimage

from coronal import BadParameter, Image, Parameter, algorithm
from coronal_imaging.finite_values import finite_pixels

__all__ = ["gaussian", "sigma_px"]

_MAX_PX = 500
"""A line of the image is convolved with 8 σ + 1 weights: beyond this a volume takes minutes."""


@algorithm
def gaussian(
    image: Image,
    sigma: Annotated[
        float,
        Parameter("The standard deviation of the Gaussian.", unit="mm or px", above=0, maximum=100),
    ] = 1.0,
) -> Image:
    """Smooth an image by a Gaussian, the same distance in every direction.

    What its values mean stays: Hounsfield units stay Hounsfield units, colour stays colour. A volume is
    smoothed along z too, each axis by its own spacing, so that thick slices are mixed less than thin ones.
    Channels are smoothed one by one and never mixed. Beyond the edge the nearest pixel is repeated.

    Parameters
    ----------
    image
        Of finite values.
    sigma
        In mm; in pixels where the image has no spacing.

    Returns
    -------
    Image
        float32, in the range of the input.

    Raises
    ------
    BadImage
        When a value is NaN or infinite.
    BadParameter
        When sigma is more than 500 pixels along an axis.

    Notes
    -----
    `scipy.ndimage.gaussian_filter`, truncated at 4 σ: what `skimage.filters.gaussian` gives of the same
    values as float32, without its copy of them.
    """
    smooth = ndimage.gaussian_filter(
        finite_pixels(image),
        sigma_px(image, sigma),
        output=np.float32,
        mode="nearest",
        truncate=4.0,
        axes=tuple(range(image.dimensions)),
    )
    return image.with_pixels(smooth)


def sigma_px(image: Image, sigma: float) -> tuple[float, ...]:
    """Return a standard deviation in pixels along each axis.

    Raises
    ------
    BadParameter
        When it is more than 500 pixels along an axis.

    Examples
    --------
    >>> from coronal import Geometry
    >>> sigma_px(Image(np.zeros((9, 9)), Geometry((2.0, 0.5))), 1.0)
    (0.5, 2.0)
    """
    in_px = image.in_pixels(sigma)
    if max(in_px) > _MAX_PX:
        raise BadParameter(
            "sigma", found=f"{sigma:g}, which is {max(in_px):.0f} px", allowed=f"≤ {_MAX_PX} px"
        )
    return in_px

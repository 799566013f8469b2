"""Smoothing that stops at edges."""

import math
from typing import Annotated

import numpy as np
import SimpleITK
from numpy.typing import NDArray

from coronal import BadParameter, Image, Parameter, algorithm
from coronal_imaging.denoise.denoising import Strength, denoised
from coronal_imaging.denoise.noise import Noise
from coronal_imaging.enhance.itk import itk_image

__all__ = ["bilateral"]

_REACH = 2.5
"""How many standard deviations the library's neighbourhood reaches."""

_LEVELS = 1000
"""The weights of values stand in a table; with the library's 100 its steps are seen in Hounsfield units."""

_MAX_WEIGHTS = 2e10
"""Some four minutes: a volume of 256³ with σ of 2 pixels, a plane of 512² with 50."""

_MAX_WEIGHTS_PX = 100_000
"""Of one pixel, lest a small image take longer than a large one."""


@algorithm
def bilateral(
    image: Image,
    sigma: Annotated[
        float,
        Parameter("The standard deviation of the weights in space.", unit="mm or px", above=0, maximum=100),
    ] = 1.5,
    strength: Strength = 2.5,
    noise: Noise = None,
) -> Image:
    """Smooth by a Gaussian that counts only neighbours of about the same value: noise goes, edges stay.

    What its values mean stays: Hounsfield units stay Hounsfield units, colour stays colour. A volume is
    smoothed along z too, each axis by its own spacing, so that thick slices are mixed less than thin ones.
    Channels, colours too, are smoothed one by one; opacity is left out. An image without noise, and a
    constant one, is left as it is.

    Parameters
    ----------
    image
        Of finite values.
    sigma
        In mm; in pixels where the image has no spacing.
    strength
        The standard deviation of the weights in value, as a multiple of the noise: differences of many times
        this are edges.
    noise
        In the unit of the values. The estimate takes what differs from pixel to pixel for noise.

    Returns
    -------
    Image
        float32, in the range of the input.

    Raises
    ------
    BadImage
        When a value is NaN or infinite.
    BadParameter
        When the neighbourhoods of all pixels together have more than 2·10¹⁰ pixels, or that
        of one has more than 100,000: it would take many minutes.

    Notes
    -----
    `SimpleITK.Bilateral`, which knows volumes and spacing; its neighbourhood reaches 2.5 σ. C. Tomasi and
    R. Manduchi, Bilateral filtering for gray and color images, Proc. ICCV 1998, 839–846.
    """
    _check_cost(image, sigma)

    def smooth(values: NDArray[np.float32], deviation: float) -> NDArray[np.float32]:
        result = SimpleITK.Bilateral(itk_image(values, image.spacing), sigma, strength * deviation, _LEVELS)
        return np.asarray(SimpleITK.GetArrayFromImage(result))

    return denoised(image, smooth, noise=noise)


def _check_cost(image: Image, sigma: float) -> None:
    sides = (2 * math.ceil(_REACH * sigma_px) + 1 for sigma_px in image.in_pixels(sigma))
    weights = math.prod(sides) * image.pixels.size
    most = min(_MAX_WEIGHTS, _MAX_WEIGHTS_PX * image.pixels.size)
    if weights > most:
        raise BadParameter(
            "sigma",
            found=f"{sigma:g}, which is {max(image.in_pixels(sigma)):.3g} px and makes {weights:.2g}",
            allowed=f"so small that {image.pixels.size} values have ≤ {most:.2g} neighbours in all",
        )

"""Edges made steeper."""

from typing import Annotated

import numpy as np
from skimage.filters import unsharp_mask

from coronal import Image, Parameter, algorithm
from coronal.types.image import MAX_MAGNITUDE, Pixels
from coronal_imaging.channels import each_channel, is_rgb
from coronal_imaging.denoise.gaussian import sigma_px
from coronal_imaging.finite_values import finite_pixels

__all__ = ["sharpen"]


@algorithm
def sharpen(
    image: Image,
    sigma: Annotated[
        float,
        Parameter(
            "The standard deviation of the Gaussian whose result is taken away.",
            unit="mm or px",
            above=0,
            maximum=100,
        ),
    ] = 1.0,
    amount: Annotated[
        float, Parameter("How many times the difference is added.", minimum=0, maximum=20)
    ] = 1.0,
) -> Image:
    """Sharpen an image by an unsharp mask: what a Gaussian smooths away is added once more.

    Noise is sharpened too. What its values mean stays: Hounsfield units stay Hounsfield units, though beside
    an edge they overshoot. A volume is sharpened along z too, each axis by its own spacing. Channels are
    sharpened one by one; colour is clipped to the range that it had. Beyond the edge the image is mirrored.

    Parameters
    ----------
    image
        Of finite values.
    sigma
        About as wide as the details that are wanted. In mm; in pixels where the image has no spacing.
    amount
        Of no unit; 0 changes nothing.

    Returns
    -------
    Image
        float32; in the unit of the input, and but for colour beyond its range.

    Raises
    ------
    BadImage
        When a value is NaN or infinite.
    BadParameter
        When sigma is more than 500 pixels along an axis.

    Notes
    -----
    `skimage.filters.unsharp_mask`. M. Petrou and C. Petrou, Image Processing: The Fundamentals, Wiley, 2010.
    """
    widths_px = sigma_px(image, sigma)

    # One by one, because of channels on a last axis of -1 the library leaves most of its result unset.
    def sharp(channel: Pixels) -> Pixels:
        return np.asarray(unsharp_mask(channel, radius=widths_px, amount=amount, preserve_range=True))

    pixels = finite_pixels(image)
    # The largest values times an amount can be more than a float32 holds; they are then clipped.
    with np.errstate(over="ignore"):
        new = each_channel(image, pixels.astype(np.float32), sharp)
    low, high = (pixels.min(), pixels.max()) if is_rgb(image) else (-MAX_MAGNITUDE, MAX_MAGNITUDE)
    return image.with_pixels(np.clip(new, low, high).astype(np.float32, copy=False))

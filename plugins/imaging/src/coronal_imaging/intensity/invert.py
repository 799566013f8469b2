"""The negative of an image."""

import numpy as np

from coronal import Image, algorithm
from coronal.types.image import Pixels
from coronal_imaging.channels import each_channel, is_rgb, meaning_without_unit, without_opacity
from coronal_imaging.finite_values import finite_pixels
from coronal_imaging.intensity.tones import black_and_white

__all__ = ["invert"]


@algorithm
def invert(image: Image) -> Image:
    """Turn bright into dark and dark into bright, within the range of the image.

    Type and range stay, so that a negative's negative is the image again. Its values mean mere intensity
    afterwards, Hounsfield units too. Colour stays colour, without opacity; other channels are inverted one
    by one. A volume is inverted as a whole, not slice by slice.

    Parameters
    ----------
    image
        Of finite values.

    Returns
    -------
    Image
        Of the same type. Of 8 bits 0 becomes 255, of a mask what was out is in; of all others the smallest
        value becomes the largest.

    Raises
    ------
    BadImage
        When a value is NaN or infinite.

    Notes
    -----
    ``black + white - value``: what `skimage.util.invert` gives of 8 bits and of a mask.
    """

    def negative(pixels: Pixels) -> Pixels:
        black, white = (np.full(1, end, pixels.dtype) for end in black_and_white(image, pixels))
        if pixels.dtype.kind == "f":
            # In this order no difference is larger than the range.
            return white - (pixels - black)
        return (white + black) - pixels  # what wraps around wraps back

    pixels = without_opacity(image, finite_pixels(image))
    new = negative(pixels) if is_rgb(image) else each_channel(image, pixels, negative)
    return image.with_pixels(
        np.asarray(new).astype(image.pixels.dtype, copy=False), meaning=meaning_without_unit(image)
    )

"""Contrast where most values are."""

import numpy as np
from numpy.typing import NDArray
from skimage.color import hsv2rgb, rgb2hsv
from skimage.exposure import cumulative_distribution

from coronal import Image, Meaning, algorithm
from coronal.types.image import Pixels
from coronal_imaging.channels import each_channel, is_rgb, without_opacity
from coronal_imaging.finite_values import finite_pixels
from coronal_imaging.intensity.stretch import stretched
from coronal_imaging.intensity.tones import tones_of

__all__ = ["equalize"]

_MAX_COUNTED = 65_535
"""The library counts each whole number on its own, and takes memory for all from 0 up."""

_BINS = 4096
"""For all other values: the grey levels of 12 bits, as scanners have them."""


@algorithm
def equalize(image: Image) -> Image:
    """Equalise the histogram of the whole image: contrast goes where most values are.

    Each value becomes the part of the pixels that are at it or below; those of the smallest value don't
    count, so that much black ground takes none of the scale, nor does padding. Its values mean mere intensity
    afterwards, Hounsfield units too. Of a colour image the value (HSV) is equalised, so that hue stays and
    colour stays colour; its opacity is left out. Other channels are equalised one by one, a volume as a whole
    and not slice by slice.

    Parameters
    ----------
    image
        Of finite values. Whole numbers within ±65,535 are ranked one by one, all others in 4096 steps from
        the smallest to the largest.

    Returns
    -------
    Image
        float32, from 0 to 1; evenly spread as far as equal values allow. A constant becomes 0.

    Raises
    ------
    BadImage
        When a value is NaN or infinite.

    Notes
    -----
    As `skimage.exposure.equalize_hist`, its result stretched to begin at 0 as that of OpenCV's does. R. C.
    Gonzalez and R. E. Woods, Digital Image Processing, Pearson, 2018, section 3.3.
    """
    pixels = without_opacity(image, finite_pixels(image))
    if not is_rgb(image):
        new = each_channel(image, pixels, lambda channel: _equalized(_countable(image, channel), image))
        return image.with_pixels(new, meaning=Meaning.INTENSITY)
    hsv = rgb2hsv(tones_of(image, pixels))
    hsv[..., 2] = _equalized(hsv[..., 2], image)
    return image.with_pixels(hsv2rgb(hsv).astype(np.float32), meaning=Meaning.COLOUR)


def _equalized(values: Pixels, image: Image) -> NDArray[np.float32]:
    # One axis, because the library warns of a volume of 3 or 4 columns that it looks like a colour picture.
    ranks, places = cumulative_distribution(image.inside(values).reshape(-1), _BINS)
    if values.dtype.kind == "f":
        of_values = np.interp(values.reshape(-1), places, ranks).astype(values.dtype).reshape(values.shape)
        return stretched(of_values, float(of_values.min()), 1.0)
    # Whole numbers are their own bins: each has its place in the table.
    low, high = int(places[0]), int(places[-1])
    of_numbers = stretched(ranks, float(ranks[0]), 1.0)
    return np.asarray(of_numbers[np.clip(values, low, high, dtype=np.intp) - low])


def _countable(image: Image, pixels: Pixels) -> Pixels:
    is_whole = pixels.dtype.kind in "iu"
    if is_whole and pixels.min() >= -_MAX_COUNTED and pixels.max() <= _MAX_COUNTED:
        return pixels
    return tones_of(image, pixels)

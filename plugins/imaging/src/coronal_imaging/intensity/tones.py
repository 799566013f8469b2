"""Tones: the values of an image from 0, its black, to 1, its white."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from coronal import Image
from coronal.types.image import Pixels
from coronal_imaging.channels import each_channel, is_rgb, meaning_without_unit, without_opacity
from coronal_imaging.finite_values import finite_pixels
from coronal_imaging.intensity.stretch import stretched

__all__ = ["Curve", "Tones", "black_and_white", "toned", "tones_of"]

Tones = NDArray[np.float32]
"""Of any shape, from 0 to 1."""

Curve = Callable[[Tones], Pixels]
"""Tones to tones of the same shape."""

_WHITE_OF_TYPE = {np.dtype(np.bool_): 1, np.dtype(np.uint8): 255}
"""Types whose white is known; 16 bits hold 12 in most files, and a float has no end."""


def toned(image: Image, curve: Curve) -> Image:
    """Return an image whose tones are changed by a curve.

    The three colours of RGB share a black and a white and go through the curve together, without their
    opacity. Other channels are changed one by one.

    Parameters
    ----------
    image
        Of finite values.
    curve
        From 0–1 to 0–1; it may change the array that it is given.

    Returns
    -------
    Image
        float32, from 0 to 1; of no unit any more.

    Raises
    ------
    BadImage
        When a value is NaN or infinite.
    """

    def changed(pixels: Pixels) -> Pixels:
        return curve(tones_of(image, pixels)).astype(np.float32, copy=False)

    pixels = without_opacity(image, finite_pixels(image))
    new = changed(pixels) if is_rgb(image) else each_channel(image, pixels, changed)
    return image.with_pixels(new, meaning=meaning_without_unit(image))


def tones_of(image: Image, pixels: Pixels) -> Tones:
    """Return the tones of an image, or of one of its channels.

    Parameters
    ----------
    image
        Tells what is black and white; see `black_and_white`.
    pixels
        Its finite pixels, or those of one channel.

    Examples
    --------
    >>> ct = Image(np.array([[-1000, 0, 1000]], np.int16))
    >>> tones_of(ct, ct.pixels)
    array([[0. , 0.5, 1. ]], dtype=float32)
    """
    black, white = black_and_white(image, pixels)
    return stretched(pixels, float(black), float(white), is_within=True)


def black_and_white(image: Image, pixels: Pixels) -> tuple[int | float, int | float]:
    """Return which values are black and white.

    Returns
    -------
    tuple
        Of 8 bits 0 and 255, of a mask 0 and 1. Of all others the smallest and the largest value, except that
        the black of RGB isn't above 0: a picture without black has none to be stretched to.

    Examples
    --------
    >>> photograph = Image(np.array([[20, 90]], np.uint8))
    >>> black_and_white(photograph, photograph.pixels)
    (0, 255)
    """
    white = _WHITE_OF_TYPE.get(image.pixels.dtype)
    if white is not None:
        return 0, white
    darkest, brightest = pixels.min().item(), pixels.max().item()
    return (min(0, darkest) if is_rgb(image) else darkest), brightest

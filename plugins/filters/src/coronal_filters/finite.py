"""The values that a filter works on: finite, and of a type that the libraries take."""

import numpy as np

from coronal import BadImage, Image
from coronal.image import Pixels, supported

__all__ = ["LARGEST", "finite_pixels"]

LARGEST = 1e38
"""The largest value that is worked on: the difference of any two is still a float32."""


def finite_pixels(image: Image) -> Pixels:
    """Give the pixels of an image, or refuse it where a filter would spread what is no number.

    A NaN can't be smoothed or ranked, and nobody but the sender knows what stands for it (air? the
    background? the mean?): so it is refused, and never replaced in silence.

    Returns
    -------
    Pixels
        The image's own pixels; a copy only where the libraries don't take their type
        (`coronal.image.supported`).

    Raises
    ------
    BadImage
        When a value is NaN, infinite, or beyond ±10³⁸.

    Examples
    --------
    >>> finite_pixels(Image(np.array([[1.0, np.nan]])))
    Traceback (most recent call last):
    coronal.errors.BadImage: each value must be a number within ±1e+38: replace the others before the
    image is sent; found 1 of 2 that are NaN, infinite or beyond
    """
    pixels = supported(image.pixels)
    if pixels.dtype.kind == "f" and not _is_finite(pixels):
        wrong = np.count_nonzero(~(np.abs(pixels) <= LARGEST))
        raise BadImage(
            f"each value must be a number within ±{LARGEST:g}: replace the others before the image is sent; "
            f"found {wrong} of {pixels.size} that are NaN, infinite or beyond"
        )
    return pixels


def _is_finite(pixels: Pixels) -> bool:
    # Two reductions, which pass NaN on, instead of a mask of the size of a volume.
    return bool(pixels.min() >= -LARGEST and pixels.max() <= LARGEST)

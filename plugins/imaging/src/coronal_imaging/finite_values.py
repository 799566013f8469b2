"""Finite values of an image: a filter refuses others, a segmenter takes the nearest finite one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from coronal import BadImage, Image, Meaning
from coronal.types.image import MAX_MAGNITUDE, Pixels, supported

__all__ = ["FiniteValues", "finite_pixels", "finite_values"]


def finite_pixels(image: Image) -> Pixels:
    """Return the pixels of an image, or refuse it where a filter would spread what is no number.

    A NaN can't be smoothed or ranked, and nobody but the sender knows what stands for it (air? the
    background? the mean?): so it is refused, and never replaced in silence.

    Returns
    -------
    Pixels
        The image's own pixels; a copy only where the libraries don't take their type
        (`coronal.types.image.supported`).

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
        wrong = np.count_nonzero(~(np.abs(pixels) <= MAX_MAGNITUDE))
        raise BadImage(
            f"each value must be a number within ±{MAX_MAGNITUDE:g}: replace the others before the image is "
            f"sent; found {wrong} of {pixels.size} that are NaN, infinite or beyond"
        )
    return pixels


@dataclass(frozen=True, slots=True, eq=False)
class FiniteValues:
    """Values without NaN and infinities, and where these were.

    Parameters
    ----------
    pixels
        float32, or float64 where the input has more digits; in its unit. What is no number has the value of
        the nearest that is: so it makes no edge, and pulls no mean.
    is_number
        Of the image's spatial shape. What is False here is background: no number, or padding.
    low, high
        The least and largest value; low < high.
    """

    pixels: NDArray[np.floating]
    is_number: NDArray[np.bool_]
    low: float
    high: float

    def stretched(self) -> NDArray[np.float32]:
        """Return the values from 0, the least, to 1, the largest."""
        return ((self.pixels - self.low) / (self.high - self.low)).astype(np.float32, copy=False)


def finite_values(image: Image, *, channels: bool = False) -> FiniteValues | None:
    """Return the values of an image that can be worked on.

    Parameters
    ----------
    image
        Of any type.
    channels
        Whether its channels are wanted, side by side, and not one grey value (`Image.grey`). Opacity isn't.

    Returns
    -------
    FiniteValues or None
        None where no two values differ: nothing finite, all of one value, or floats too close to part.

    Examples
    --------
    >>> values = finite_values(Image(np.array([[1.0, 3.0, np.nan, 5.0, 5.0]])))
    >>> values.stretched().tolist(), values.is_number.tolist()
    ([[0.0, 0.5, 0.5, 1.0, 1.0]], [[True, True, False, True, True]])
    >>> finite_values(Image(np.ones((2, 2)))) is None
    True
    """
    pixels = _floats(supported(_colours(image) if channels else image.grey()))
    is_number = np.abs(pixels) <= MAX_MAGNITUDE
    if pixels.ndim > image.dimensions:
        is_number = is_number.all(axis=-1)
    if image.valid is not None:
        is_number = is_number & image.valid
    numbers = pixels[is_number]
    if numbers.size == 0:
        return None
    low, high = float(numbers.min()), float(numbers.max())
    if not high - low > 256 * np.spacing(max(abs(low), abs(high))):
        return None
    return FiniteValues(_filled(pixels, is_number, image.spacing), np.asarray(is_number), low, high)


def _is_finite(pixels: Pixels) -> bool:
    # Two reductions, which pass NaN on, instead of a mask of the size of a volume.
    return bool(pixels.min() >= -MAX_MAGNITUDE and pixels.max() <= MAX_MAGNITUDE)


def _colours(image: Image) -> Pixels:
    is_rgba = image.has_channels and image.pixels.shape[-1] == 4 and image.meaning is Meaning.COLOUR
    return image.pixels[..., :3] if is_rgba else image.pixels


def _floats(pixels: Pixels) -> NDArray[np.floating]:
    return pixels.astype(np.result_type(pixels, np.float32), copy=False)


def _filled(
    pixels: NDArray[np.floating], is_number: NDArray[np.bool_], spacing: tuple[float, ...]
) -> NDArray[np.floating]:
    if is_number.all():
        return pixels
    nearest = ndimage.distance_transform_edt(
        ~is_number, sampling=spacing, return_distances=False, return_indices=True
    )
    return np.asarray(pixels[tuple(nearest)])

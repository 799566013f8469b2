"""The values of an image, small and in float32."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from skimage import transform

from coronal import BadImage, Image, Parameter
from coronal.types.image import MAX_MAGNITUDE

__all__ = ["Size", "shrunk_shape", "values_of"]

Size = Annotated[
    int | None,
    Parameter("An axis with more pixels is shrunk to so many.", unit="px", minimum=1, maximum=256),
]


def values_of(image: Image, size: int) -> NDArray[np.float32]:
    """Return the values of an image with its channels as the last axis.

    Parameters
    ----------
    image
        A plane or a volume, of any number of channels.
    size
        An axis with more pixels is shrunk to so many, smoothed before as far as that needs. The others stay.

    Returns
    -------
    NDArray[np.float32]
        Shape (y, x, channels) or (z, y, x, channels), in the unit of the image; NaN where padding is.

    Raises
    ------
    BadImage
        When a value is NaN, infinite or beyond ±10³⁸.

    Notes
    -----
    `skimage.transform.resize`, linear, with anti-aliasing.

    Examples
    --------
    >>> values_of(Image(np.full((2, 4), 7, np.uint8)), size=2).shape
    (2, 2, 1)
    """
    pixels = image.pixels
    # NaN is the largest of all, and not within the bound.
    if pixels.dtype.kind == "f" and not float(np.abs(pixels).max()) <= MAX_MAGNITUDE:
        raise BadImage(
            f"each value must be a number within ±{MAX_MAGNITUDE:g} for a network: NaN tells nothing"
        )
    channels = pixels if image.has_channels else pixels[..., np.newaxis]
    shrunk = shrunk_shape(image.shape, size)
    if shrunk != image.shape:
        channels = transform.resize(channels.astype(np.float64), (*shrunk, channels.shape[-1]), order=1)
    values = channels.astype(np.float32)
    if image.valid is not None:
        values[~_shrunk_mask(image.valid, shrunk)] = np.nan
    return values


def _shrunk_mask(valid: NDArray[np.bool_], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return which places of a smaller image are part of it: those of which half is, and one at least."""
    share = transform.resize(valid.astype(np.float64), shape, order=1)
    return np.asarray(share >= min(0.5, share.max()))


def shrunk_shape(shape: tuple[int, ...], size: int) -> tuple[int, ...]:
    """Return the shape that an image is shrunk to.

    >>> shrunk_shape((300, 40), 64)
    (64, 40)
    """
    return tuple(min(length, size) for length in shape)

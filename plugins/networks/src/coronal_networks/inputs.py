"""Images as a network takes them: small, in float32, and standardised by those that it learned from."""

from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from skimage import transform

from coronal import BadImage, Image

__all__ = ["Scaling", "values_of"]

_LARGEST = 1e38
"""The largest value that counts as a number; above it float32 ends."""

_FURTHEST = 1e4
"""So many deviations from the mean a value lies at most: a network of larger ones could give no number."""


class Scaling(BaseModel):
    """What values are brought to mean 0 and deviation 1 by, each channel for itself.

    Parameters
    ----------
    means, deviations
        Of each channel, over the images that were learned from; a channel without change has the deviation 1.

    Examples
    --------
    >>> values = np.array([[[[1.0], [3.0]]]], np.float32)
    >>> Scaling.of(values).scaled(values).ravel().tolist()
    [-1.0, 1.0]
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    means: tuple[float, ...]
    deviations: tuple[float, ...]

    @classmethod
    def of(cls, values: NDArray[np.float32]) -> Self:
        """Take it from images, shape (images, …, channels)."""
        axes = tuple(range(values.ndim - 1))
        deviations = values.std(axis=axes, dtype=np.float64)
        means = values.mean(axis=axes, dtype=np.float64)
        return cls(
            means=tuple(means.tolist()), deviations=tuple(np.where(deviations, deviations, 1).tolist())
        )

    def scaled(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Standardise values of shape (…, channels); what lies 10,000 deviations away lies no further."""
        scaled = (values - np.array(self.means)) / np.array(self.deviations)
        return np.asarray(scaled.clip(-_FURTHEST, _FURTHEST), np.float32)


def values_of(image: Image, size: int) -> NDArray[np.float32]:
    """Give the values of an image with its channels as the last axis.

    Parameters
    ----------
    image
        A plane or a volume, of any number of channels.
    size
        An axis with more pixels is shrunk to so many, smoothed before as far as that needs. The others stay.

    Returns
    -------
    NDArray[np.float32]
        Shape (y, x, channels) or (z, y, x, channels), in the unit of the image.

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
    if pixels.dtype.kind == "f" and not float(np.abs(pixels).max()) <= _LARGEST:
        raise BadImage(f"each value must be a number within ±{_LARGEST:g} for a network: NaN tells nothing")
    channels = pixels if image.has_channels else pixels[..., np.newaxis]
    shrunk = tuple(min(length, size) for length in image.shape)
    if shrunk != image.shape:
        channels = transform.resize(channels.astype(np.float64), (*shrunk, channels.shape[-1]), order=1)
    return channels.astype(np.float32)

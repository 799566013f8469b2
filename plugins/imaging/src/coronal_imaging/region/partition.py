"""What algorithms share that give every pixel to one piece or another."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from coronal import Image, LabelMap
from coronal_imaging.finite_values import FiniteValues

__all__ = ["one_piece", "smoothed"]


def one_piece(image: Image) -> LabelMap:
    """Return all that is a number to one piece: where nothing differs there is nothing to part.

    >>> one_piece(Image(np.array([[7.0, 7.0, np.nan]]))).labels.tolist()
    [[1, 1, 0]]
    """
    return LabelMap.of(image, np.isfinite(image.grey()))


def smoothed(values: FiniteValues, sigma_px: tuple[float, ...]) -> NDArray[np.float32]:
    """Stretch values to 0–1 and smooth them along the spatial axes, channel by channel."""
    axes = tuple(range(values.is_number.ndim))
    return np.asarray(ndimage.gaussian_filter(values.stretched(), sigma_px, mode="nearest", axes=axes))

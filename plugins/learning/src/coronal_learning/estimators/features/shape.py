"""The shape of what is bright: how large it is, how round, how many pieces."""

import math

import numpy as np
from numpy.typing import NDArray
from skimage import measure
from skimage.filters import threshold_otsu

from coronal import Image
from coronal_learning.estimators.features.levels import levelled
from coronal_learning.estimators.features.moments import central_moments, covariance

__all__ = ["shape"]

_LEVELS = 256

_LENGTHS = {2: 13, 3: 6}
"""How many features a plane and a volume have."""


def shape(image: Image) -> NDArray[np.float64]:
    """Describe the shape of an image's foreground: all that is brighter than Otsu's threshold.

    Parameters
    ----------
    image
        Of a colour image the luminance is divided, of other channels their mean. Padding is no foreground,
        and counts for no threshold and no fraction.

    Returns
    -------
    NDArray[np.float64]
        The foreground's fraction of the image and of its own bounding box, how many pieces it has (corners
        connect) and its Euler number. Of a plane then the fraction of its convex hull that it fills, the
        eccentricity of the ellipse with its moments, and the seven moments of Hu; of a volume the second and
        third axis of the ellipsoid with its moments as fractions of the first. All 0 for a constant image.

    Notes
    -----
    `skimage.filters.threshold_otsu` and `skimage.measure.regionprops`; moments by the image's spacing, and of
    pixels that have an extent, so that what is one pixel thick has a thickness. M.-K. Hu, Visual pattern
    recognition by moment invariants, IRE Trans. Inf. Theory 8 (1962) 179–187.

    Examples
    --------
    A square that takes a quarter of the image, is one piece and fills its bounding box:

    >>> pixels = np.zeros((8, 8))
    >>> pixels[2:6, 2:6] = 1
    >>> shape(Image(pixels))[:6].tolist()
    [0.25, 1.0, 1.0, 1.0, 1.0, 0.0]
    """
    grey = image.grey()
    levels = levelled(grey, _LEVELS, image.inside(grey))
    foreground = levels > threshold_otsu(image.inside(levels).ravel())
    if image.valid is not None:
        foreground &= image.valid
    if not foreground.any():
        return np.zeros(_LENGTHS[image.dimensions])
    (whole,) = measure.regionprops(foreground.astype(np.uint8))
    common = [
        image.inside(foreground).mean(),
        whole.extent,
        measure.label(foreground).max(),
        whole.euler_number,
    ]
    spread = covariance(foreground, image.spacing)
    if image.dimensions == 3:
        return np.array([*common, *_axes(spread)], np.float64)
    hu = _hu(foreground, image.spacing)
    return np.array([*common, whole.solidity, _eccentricity(spread), *hu], np.float64)


def _axes(spread: NDArray[np.float64]) -> NDArray[np.float64]:
    # A box has an extent along each axis; rounding may still fall below 0 where they are very unequal.
    thin, middle, long = np.sqrt(np.linalg.eigvalsh(spread).clip(min=0.0))
    return np.asarray(np.array([middle, thin]) / long)


def _eccentricity(spread: NDArray[np.float64]) -> float:
    (y, both), (_, x) = spread
    half = math.hypot((y - x) / 2, both)
    return math.sqrt(2 * half / ((y + x) / 2 + half))


def _hu(foreground: NDArray[np.bool_], spacing: tuple[float, ...]) -> NDArray[np.float64]:
    height, width = spacing
    moments = central_moments(foreground, (height, width))
    orders = np.add.outer(np.arange(len(moments)), np.arange(len(moments)))
    return np.asarray(measure.moments_hu(moments / moments[0, 0] ** (1 + orders / 2)))

"""The shape of what is bright: how large it is, how round, how many pieces."""

import numpy as np
from numpy.typing import NDArray
from skimage import measure
from skimage.filters import threshold_otsu

from coronal import Image
from coronal_classifiers.features.levels import levelled

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
        and counts for no threshold and no part.

    Returns
    -------
    NDArray[np.float64]
        The foreground's part of the image and of its own bounding box, how many pieces it has (corners
        connect) and its Euler number. Of a plane then the part of its convex hull that it fills, the
        eccentricity of the ellipse with its moments, and the seven moments of Hu; of a volume the second and
        third axis of the ellipsoid with its moments as parts of the first. All 0 for a constant image.

    Notes
    -----
    `skimage.filters.threshold_otsu` and `skimage.measure.regionprops`. M.-K. Hu, Visual pattern recognition
    by moment invariants, IRE Trans. Inf. Theory 8 (1962) 179–187.

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
    if image.dimensions == 3:
        return np.array([*common, *_axes(foreground)], np.float64)
    return np.array([*common, whole.solidity, whole.eccentricity, *whole.moments_hu], np.float64)


def _axes(foreground: NDArray[np.bool_]) -> NDArray[np.float64]:
    variances = np.linalg.eigvalsh(np.cov(np.argwhere(foreground).T, bias=True))
    # A row of voxels has no spread along two axes, a single one none at all; rounding may fall below 0.
    thin, middle, long = np.sqrt(variances.clip(min=0.0))
    return np.array([middle, thin]) / (long or 1.0)

"""Local binary patterns: which neighbours of a pixel are brighter."""

import numpy as np
from numpy.typing import NDArray
from skimage.feature import local_binary_pattern

from coronal import Image
from coronal.types.image import Pixels
from coronal_learning.estimators.features.levels import levelled
from coronal_learning.estimators.features.planes import planes

__all__ = ["lbp"]

_NEIGHBOURS = 8

_RADIUS_PX = 1

_DISTINCT = 65_536
"""Patterns compare neighbours; so fine are values that are no whole numbers."""


def lbp(image: Image) -> NDArray[np.float64]:
    """Describe the texture of an image by how often each local binary pattern occurs.

    Parameters
    ----------
    image
        Patterns are found within slices and counted in all of them, padding left out; the edge of a slice is
        repeated. Of a colour image the luminance is described, of other channels their mean.

    Returns
    -------
    NDArray[np.float64]
        Ten fractions that sum to 1: of pixels with 0 … 8 neighbours in a row that are at least as bright,
        and of those whose brighter neighbours aren't in a row.

    Notes
    -----
    `skimage.feature.local_binary_pattern`, uniform, 8 neighbours at 1 pixel. T. Ojala et al., Multiresolution
    gray-scale and rotation invariant texture classification with local binary patterns, IEEE Trans. Pattern
    Anal. 24 (2002) 971–987.

    Examples
    --------
    Of a constant image each neighbour is as bright:

    >>> lbp(Image(np.ones((4, 4), np.uint8))).argmax()
    np.int64(8)
    """
    grey = image.grey()
    # The library warns of floats, in which equal neighbours are seldom equal; it doesn't take bool.
    whole = grey if grey.dtype.kind in "iu" else levelled(grey, _DISTINCT, image.inside(grey))
    found = np.stack([_patterns(plane) for plane in planes(whole)]).reshape(image.shape)
    counted = image.inside(found).ravel()
    return np.asarray(np.bincount(counted, minlength=_NEIGHBOURS + 2) / counted.size)


def _patterns(plane: Pixels) -> NDArray[np.uint8]:
    padded = np.pad(plane, _RADIUS_PX, mode="edge")
    patterns = local_binary_pattern(padded, _NEIGHBOURS, _RADIUS_PX, method="uniform")
    return np.asarray(patterns[_RADIUS_PX:-_RADIUS_PX, _RADIUS_PX:-_RADIUS_PX], np.uint8)

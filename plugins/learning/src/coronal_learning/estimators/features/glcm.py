"""The grey-level co-occurrence matrix: how often two levels are neighbours."""

import numpy as np
from numpy.typing import NDArray
from skimage.feature import graycomatrix, graycoprops

from coronal import Image
from coronal_learning.estimators.features.levels import levelled
from coronal_learning.estimators.features.planes import planes

__all__ = ["glcm"]

_PROPERTIES = ("contrast", "dissimilarity", "homogeneity", "energy", "correlation", "entropy")

_ANGLES = (0.0, np.pi / 4, np.pi / 2, 3 * np.pi / 4)

_DISTANCES_PX = (1,)

_LEVELS = 32


def glcm(image: Image) -> NDArray[np.float64]:
    """Describe the texture of an image by its co-occurrence matrix.

    Parameters
    ----------
    image
        Its values are put into 32 levels from the smallest to the largest; neighbours are those within a
        slice, counted in all of them, and padding is none. Of a colour image the luminance is described, of
        other channels their mean.

    Returns
    -------
    NDArray[np.float64]
        Contrast, dissimilarity, homogeneity, energy, correlation and entropy (nat), each the mean of four
        directions; all 0 for an image without neighbours.

    Notes
    -----
    `skimage.feature.graycomatrix`, symmetric, at 1 pixel, and `skimage.feature.graycoprops`. R. M. Haralick
    et al., Textural features for image classification, IEEE Trans. Syst. Man Cybern. 3 (1973) 610–621.
    """
    grey = image.grey()
    levels = levelled(grey, _LEVELS, image.inside(grey))
    if image.valid is not None:
        levels[~image.valid] = _LEVELS  # one more, which is left out of the matrix
    matrix = sum(
        graycomatrix(plane, _DISTANCES_PX, _ANGLES, _LEVELS + 1, symmetric=True)[:_LEVELS, :_LEVELS]
        for plane in planes(levels)
    )
    # An image of one row has no neighbours along the other directions.
    counted = matrix[..., matrix.any(axis=(0, 1))[0]].astype(np.float64)
    if counted.size == 0:
        return np.zeros(len(_PROPERTIES))
    return np.array([graycoprops(counted, name).mean() for name in _PROPERTIES])

"""Histograms of oriented gradients: where in an image edges run which way."""

import numpy as np
from numpy.typing import NDArray
from skimage import feature

from coronal import BadImage, BadParameter, Image
from coronal_learning.estimators.features.levels import unit_range

__all__ = ["hog"]

_ORIENTATIONS = 9

_MIN_CELL_PX = 2

_BLOCK = 2


def hog(image: Image, cells: int) -> NDArray[np.float64]:
    """Describe a plane by the directions of its edges, cell by cell.

    Parameters
    ----------
    image
        A plane; of a colour image the luminance is described, of other channels their mean. Padding counts
        for no scale.
    cells
        Along each axis; what remains at the far edges, where the size is no multiple of it, is left out.

    Returns
    -------
    NDArray[np.float64]
        Nine directions of each cell, for each block of 2 × 2 cells that it lies in.

    Raises
    ------
    BadImage
        When the image has less than 2 pixels a cell.
    BadParameter
        When the image is a volume.

    Notes
    -----
    `skimage.feature.hog` of values from 0 to 1, normalised by L2-Hys. N. Dalal and B. Triggs, Histograms of
    oriented gradients for human detection, CVPR (2005) 886–893.
    """
    if image.dimensions != 2:
        raise BadParameter(
            "features", found="hog", allowed="pixels, lbp, glcm, intensity or shape for volumes"
        )
    cell = tuple(length // cells for length in image.shape)
    if min(cell) < _MIN_CELL_PX:
        least = _MIN_CELL_PX * cells
        raise BadImage(
            f"the image must have at least {least} × {least} pixels for {cells} × {cells} cells of hog, "
            f"found {image.shape}"
        )
    kept = slice(cells * cell[0]), slice(cells * cell[1])
    grey = image.grey()
    divided = grey[kept]
    counted = divided if image.valid is None else divided[image.valid[kept]]
    block = min(_BLOCK, cells)
    return np.asarray(
        feature.hog(
            unit_range(divided, counted if counted.size else divided), _ORIENTATIONS, cell, (block, block)
        )
    )

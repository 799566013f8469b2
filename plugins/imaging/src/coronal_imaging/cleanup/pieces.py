"""The connected pieces that labels are made of."""

import numpy as np
from numpy.typing import NDArray
from skimage.measure import label

from coronal import LabelMap
from coronal.types.runs import Runs

__all__ = ["connected_pieces", "without_pieces"]


def connected_pieces(labels: LabelMap) -> NDArray[np.int32]:
    """Return the connected pieces of each label: of an object itself, of a class all places where it occurs.

    Parameters
    ----------
    labels
        2-D or 3-D. Pixels of one label that touch by a corner belong together, pixels of two never do.

    Returns
    -------
    NDArray[np.int32]
        Of the same shape: 1, 2, 3 … in the order of their first pixels, 0 where there is no label.

    Examples
    --------
    >>> connected_pieces(LabelMap(np.array([[7, 7, 2, 0, 7]])))
    array([[1, 1, 2, 0, 3]], dtype=int32)
    """
    return np.asarray(label(labels.labels), np.int32)


def without_pieces(labels: LabelMap, pieces: Runs, goes: NDArray[np.bool_]) -> LabelMap:
    """Return a label map without some of its pieces.

    Parameters
    ----------
    labels
        The label map.
    pieces
        Its connected pieces.
    goes
        Whether a piece becomes background; shape (pieces,).
    """
    left = labels.labels.reshape(-1).copy()
    left[pieces.pixels(goes)] = 0
    return labels.with_labels(left.reshape(labels.shape))

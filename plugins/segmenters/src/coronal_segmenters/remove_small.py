"""Specks, removed."""

from typing import Annotated

import numpy as np

from coronal import LabelMap, Parameter, algorithm
from coronal_segmenters.pieces import connected_pieces
from coronal_segmenters.whole_pixels import px_needed

__all__ = ["remove_small"]


@algorithm
def remove_small(
    labels: LabelMap,
    smallest: Annotated[
        float,
        Parameter("The least area or volume of what stays.", unit="mm², mm³ or px", minimum=0, maximum=1e9),
    ] = 10.0,
) -> LabelMap:
    """Remove each connected piece that is smaller than an area (in a volume: than a volume).

    Objects that are too small go as a whole; of a class, or of an object that lies in several places, each
    piece is judged by itself. A volume is judged as a volume, not slice by slice.

    Parameters
    ----------
    labels
        Objects or classes. Pixels of one label that touch by a corner are connected.
    smallest
        What is as large stays. In mm² (2-D) or mm³ (3-D); in pixels where there is no spacing.

    Returns
    -------
    LabelMap
        What is left, under its own numbers and names; a number whose pieces were all small is gone.

    Notes
    -----
    `skimage.measure.label`; on a mask it is `skimage.morphology.remove_small_objects`, which warns of a label
    map of one object.
    """
    least_px = px_needed(smallest, labels.geometry.element_size)
    pieces = connected_pieces(labels)
    is_large = np.bincount(pieces.ravel()) >= least_px
    return labels.with_labels(np.where(is_large[pieces], labels.labels, 0))

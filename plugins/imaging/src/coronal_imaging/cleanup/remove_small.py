"""Specks, removed."""

from typing import Annotated

from coronal import LabelMap, Parameter, algorithm
from coronal.types.runs import Runs
from coronal_imaging.cleanup.pieces import connected_pieces, without_pieces
from coronal_imaging.cleanup.whole_pixels import px_needed

__all__ = ["remove_small"]


@algorithm
def remove_small(
    labels: LabelMap,
    min_size: Annotated[
        float,
        Parameter("The least area or volume of what stays.", unit="mm², mm³ or px", minimum=0, maximum=1e9),
    ] = 10.0,
) -> LabelMap:
    """Remove each connected piece that is smaller than an area (in a volume: than a volume).

    Objects that are too small go as a whole; of a class, or of an object that lies in several places, each
    piece is considered by itself. A volume is considered as a volume, not slice by slice.

    Parameters
    ----------
    labels
        Objects or classes. Pixels of one label that touch by a corner are connected.
    min_size
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
    min_px = px_needed(min_size, labels.geometry.element_size)
    pieces = Runs.of(connected_pieces(labels))
    return without_pieces(labels, pieces, pieces.sizes_px < min_px)

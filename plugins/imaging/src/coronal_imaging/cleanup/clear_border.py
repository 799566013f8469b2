"""Objects that the edge of the image cuts off, removed."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from skimage import segmentation

from coronal import LabelMap, Parameter, algorithm
from coronal_imaging.cleanup.whole_pixels import px_within

__all__ = ["clear_border"]


@algorithm
def clear_border(
    labels: LabelMap,
    margin: Annotated[
        float,
        Parameter("How far from the edge an object must lie.", unit="mm or px", minimum=0, maximum=1000),
    ] = 0.0,
    ends: Annotated[
        bool, Parameter("Whether the first and the last slice of a volume are an edge too.")
    ] = True,
) -> LabelMap:
    """Remove each connected piece that touches the edge of the image.

    What the edge cuts off has no true size. Of a class, or of an object that lies in several places, each
    piece is considered by itself. Along an axis of one pixel there is no edge: a single slice is treated as
    a plane.

    Parameters
    ----------
    labels
        Objects or classes. Pixels of one label that touch by a corner are connected.
    margin
        0: only what touches the edge is removed; more: also what has a pixel as near to it. In mm along each
        axis; in pixels where there is no spacing.
    ends
        Whether a volume ends with its first and last slice; without them only the four sides count.

    Returns
    -------
    LabelMap
        What is left, under its own numbers and names.

    Notes
    -----
    `skimage.segmentation.clear_border` with a mask.
    """
    inside = _inside(labels, margin, ends)
    return labels.with_labels(segmentation.clear_border(labels.labels, mask=inside))


def _inside(labels: LabelMap, margin: float, ends: bool) -> NDArray[np.bool_]:
    inside = np.zeros(labels.shape, np.bool_)
    has_edge = [size > 1 for size in labels.shape]
    if labels.dimensions == 3 and not ends:
        has_edge[0] = False
    widths = [1 + px_within(margin, step) for step in labels.spacing]
    inside[
        tuple(
            slice(width, max(size - width, 0)) if edge else slice(None)
            for width, size, edge in zip(widths, labels.shape, has_edge, strict=True)
        )
    ] = True
    return inside

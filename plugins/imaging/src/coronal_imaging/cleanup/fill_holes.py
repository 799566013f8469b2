"""Holes in objects, filled."""

import math
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from coronal import LabelMap, Parameter, algorithm
from coronal_imaging.cleanup.objects import labelled_boxes
from coronal_imaging.cleanup.whole_pixels import px_within

__all__ = ["fill_holes"]


@algorithm
def fill_holes(
    labels: LabelMap,
    max_size: Annotated[
        float | None,
        Parameter(
            "The largest hole that is filled; none: all are.", unit="mm², mm³ or px", minimum=0, maximum=1e9
        ),
    ] = None,
    within: Annotated[
        Literal["volume", "slice"],
        Parameter("Whether a hole must be closed on all sides, or within its slice."),
    ] = "volume",
) -> LabelMap:
    """Fill the holes of each object.

    A hole is background that its object shuts in: from it no way leads out over the sides of pixels. What
    another object takes of a hole stays its own, and of two objects that shut in one hole the inner one gets
    it. What the edge of the image shuts in is no hole.

    Parameters
    ----------
    labels
        Objects or classes.
    max_size
        A larger hole stays. In mm² (2-D, and within slices) or mm³ (3-D); in pixels where there is no
        spacing. Objects in the hole count.
    within
        For a volume only. ``volume``: a hole is closed above and below too. ``slice``: each slice is filled
        as though it stood alone, so that a tube is filled though its ends are open.

    Returns
    -------
    LabelMap
        The same objects under the same numbers and names.

    Notes
    -----
    `scipy.ndimage.binary_fill_holes` on the box of each object.
    """
    neighbours = ndimage.generate_binary_structure(labels.dimensions, 1)
    spacing = labels.spacing
    if labels.dimensions == 3 and within == "slice":
        neighbours[[0, 2]], spacing = False, spacing[1:]
    max_px = None if max_size is None else px_within(max_size, math.prod(spacing))
    filled = labels.labels.copy()
    for one in sorted(labelled_boxes(labels), key=lambda one: one.size_px):
        inside = filled[one.box]
        holes = _holes(labels.labels[one.box] == one.label, neighbours, max_px)
        inside[holes & (inside == 0)] = one.label
    return labels.with_labels(filled)


def _holes(piece: NDArray[np.bool_], neighbours: NDArray[np.bool_], max_px: int | None) -> NDArray[np.bool_]:
    holes = ndimage.binary_fill_holes(piece, neighbours) & ~piece
    if max_px is None or not holes.any():
        return holes
    numbered = ndimage.label(holes, neighbours)[0]
    is_small = np.bincount(numbered.ravel()) <= max_px
    return np.asarray(holes & is_small[numbered])

"""Objects that were taken for one, split where they are thin."""

import numpy as np
from numpy.typing import NDArray

from coronal import LabelMap, algorithm
from coronal_imaging.cleanup.pieces import connected_pieces
from coronal_imaging.region.splitting import Depth, Distance, Smoothing, Splitting, split_all

__all__ = ["split_touching"]


@algorithm
def split_touching(
    labels: LabelMap, distance: Distance = 10.0, smoothing: Smoothing = 1.0, depth: Depth = None
) -> LabelMap:
    """Split objects that touch, by the distance to their edge.

    Each connected piece of a label is split on its own: the distance to its edge has a peak in the middle of
    each object, and the objects meet where the floods that start from these peaks do. What was apart stays
    apart. Distances are in mm along each axis, so that thick slices count as far as they reach; a volume is
    split as a volume.

    Parameters
    ----------
    labels
        Objects or classes.
    distance
        A peak counts if no place of its piece that lies within it along every axis is higher, be it the flank
        of a large object; equal peaks count as one. In mm; in pixels where there is no spacing.
    smoothing
        The standard deviation by which the distance to the edge is smoothed. More of it makes fewer peaks of
        a rough edge; 0 is none. In mm or pixels as above.
    depth
        How far the distance to the edge must fall on the way from a peak to a higher one, for the peak to be
        an object of its own: as in h-maxima. In mm or pixels as above. null is the longest side of a pixel,
        by which a slanted straight edge rises and falls on the grid: no convex object is cut. 0 lets every
        peak count, which tells more small objects in a heap apart, and cuts rods.

    Returns
    -------
    LabelMap
        New numbers 1, 2, 3 … in the order of the pieces; each object has the name of what it was part of.
        No pixel is lost or won.

    Raises
    ------
    BadParameter
        When smoothing is more than 100 pixels along an axis.

    Notes
    -----
    `scipy.ndimage.distance_transform_edt`, `skimage.segmentation.watershed`. S. Beucher and F. Meyer, The
    morphological approach to segmentation: the watershed transformation, in: Mathematical Morphology in Image
    Processing, Dekker, 1993. Depth: `skimage.morphology.h_maxima`; P. Soille, Morphological Image Analysis,
    Springer, 2003.
    """
    splitting = Splitting.of(labels.spacing, distance, smoothing, depth)
    objects = split_all(connected_pieces(labels), splitting)
    return labels.with_labels(objects, _inherited_names(labels, objects), are_objects=True)


def _inherited_names(labels: LabelMap, objects: NDArray[np.int32]) -> dict[int, str]:
    if not labels.names:
        return {}
    origins = np.zeros(objects.max() + 1, np.int32)
    origins[objects] = labels.labels
    return {
        number: labels.names[origin]
        for number, origin in enumerate(origins.tolist())
        if number and origin in labels.names
    }

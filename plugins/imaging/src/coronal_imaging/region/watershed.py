"""Touching objects, split where they are thin."""

from coronal import Image, LabelMap, algorithm
from coronal_imaging.region.splitting import Depth, Distance, Smoothing, Splitting, split_all
from coronal_imaging.threshold.foreground import Foreground, MinSize, foreground_pieces

__all__ = ["watershed"]


@algorithm
def watershed(
    image: Image,
    foreground: Foreground = "bright",
    distance: Distance = 10.0,
    smoothing: Smoothing = 1.0,
    min_size: MinSize = 0.0,
    *,
    depth: Depth = None,
) -> LabelMap:
    """Segment the foreground as `otsu` does, and split those that touch.

    Each connected piece is split on its own: the distance to its edge has a peak in the middle of each
    object, and the objects meet where the floods that start from these peaks do. Distances are in mm along
    each axis, so that thick slices count as far as they reach; a volume is split as a volume. Colour, other
    channels and NaN are taken as in `otsu`.

    Parameters
    ----------
    image
        Of any meaning: the threshold is in the unit of its values.
    foreground
        ``bright``: the objects lie above Otsu's threshold; ``dark``: at it or below.
    distance
        A peak counts if no place of its piece that lies within it along every axis is higher, be it the flank
        of a large object; equal peaks count as one. In mm; in pixels where the image has no spacing.
    smoothing
        More of it makes fewer peaks of a rough edge; 0 is none. In mm or pixels as above.
    min_size
        Smaller pieces are left out before they are split. In mm² (2-D) or mm³ (3-D), or in pixels.
    depth
        How far the distance to the edge must fall on the way from a peak to a higher one, for the peak to be
        an object of its own: as in h-maxima. In mm or pixels as above. null is the longest side of a pixel,
        by which a slanted straight edge rises and falls on the grid: no convex object is cut. 0 lets every
        peak count, which tells more small objects in a heap apart, and cuts rods.

    Returns
    -------
    LabelMap
        1, 2, 3 …; its foreground is that of `otsu`.

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
    splitting = Splitting.of(image.spacing, distance, smoothing, depth)
    return LabelMap.of(image, split_all(foreground_pieces(image, foreground, min_size), splitting))

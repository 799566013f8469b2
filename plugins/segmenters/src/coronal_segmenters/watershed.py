"""Touching objects, split where they are thin."""

from typing import Annotated

from coronal import Image, LabelMap, Parameter, algorithm
from coronal_segmenters.foreground import Foreground, Smallest, foreground_pieces
from coronal_segmenters.smoothing import sigma_in_pixels
from coronal_segmenters.splitting import Splitting, split_all

__all__ = ["watershed"]


@algorithm
def watershed(
    image: Image,
    foreground: Foreground = "bright",
    distance: Annotated[
        float,
        Parameter(
            "The least distance between the middles of two objects.", unit="mm or px", above=0, maximum=1000
        ),
    ] = 10.0,
    smoothing: Annotated[
        float,
        Parameter(
            "The standard deviation by which the distance to the edge is smoothed.",
            unit="mm or px",
            minimum=0,
            maximum=100,
        ),
    ] = 1.0,
    smallest: Smallest = 0.0,
) -> LabelMap:
    """Part objects from their ground as `otsu` does, and split those that touch.

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
        Of two peaks of a piece that lie within it along every axis the higher counts, and equal ones count
        as one. In mm; in pixels where the image has no spacing.
    smoothing
        More of it makes fewer peaks of a rough edge; 0 is none. In mm or pixels as above.
    smallest
        Smaller pieces are left out before they are split. In mm² (2-D) or mm³ (3-D), or in pixels.

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
    Processing, Dekker, 1993.
    """
    splitting = Splitting(image.spacing, distance, sigma_in_pixels(image, smoothing))
    return LabelMap.of(image, split_all(foreground_pieces(image, foreground, smallest), splitting))

"""Objects by the triangle's threshold."""

from coronal import Image, LabelMap, algorithm
from coronal_imaging.threshold.automatic_threshold import triangle_threshold
from coronal_imaging.threshold.foreground import Foreground, MinSize, foreground_pieces

__all__ = ["triangle"]


@algorithm
def triangle(image: Image, foreground: Foreground = "bright", min_size: MinSize = 0.0) -> LabelMap:
    """Segment the foreground by the triangle threshold, each connected component an object.

    It lies where the histogram is farthest below the line from its peak to the end of its longer tail: made
    for one large background and objects of any brightness in its tail. The threshold is one for the whole
    image or volume. Pieces, colour, other channels and NaN are taken as in `otsu`. An image of one value
    has no object.

    Parameters
    ----------
    image
        Of any meaning: the threshold is in the unit of its values.
    foreground
        ``bright``: the objects lie above the threshold; ``dark``: at it or below.
    min_size
        Smaller objects are left out. In mm² (2-D) or mm³ (3-D); in pixels where the image has no spacing.

    Returns
    -------
    LabelMap
        1, 2, 3 … in the order of the objects' first pixels. Pixels that touch by a corner are connected.

    Notes
    -----
    `skimage.filters.threshold_triangle`. G. W. Zack, W. E. Rogers and S. A. Latt, Automatic measurement of
    sister chromatid exchange frequency, J. Histochem. Cytochem. 25 (1977) 741–753.
    """
    return LabelMap.of(image, foreground_pieces(image, foreground, min_size, triangle_threshold))

"""Objects by Yen's threshold."""

from coronal import Image, LabelMap, algorithm
from coronal_imaging.threshold.automatic_threshold import yen_threshold
from coronal_imaging.threshold.foreground import Foreground, MinSize, foreground_pieces

__all__ = ["yen"]


@algorithm
def yen(image: Image, foreground: Foreground = "bright", min_size: MinSize = 0.0) -> LabelMap:
    """Segment the foreground by Yen's threshold, each connected component an object.

    It makes the correlation within the two classes greatest, and lies high: it finds the few brightest
    objects on a wide background. The threshold is one for the whole image or volume. Pieces, colour, other
    channels and NaN are taken as in `otsu`. An image of one value has no object.

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
    `skimage.filters.threshold_yen`. J. C. Yen, F. J. Chang and S. Chang, A new criterion for automatic
    multilevel thresholding, IEEE Trans. Image Process. 4 (1995) 370–378.
    """
    return LabelMap.of(image, foreground_pieces(image, foreground, min_size, yen_threshold))

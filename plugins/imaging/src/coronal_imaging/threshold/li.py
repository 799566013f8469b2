"""Objects by Li's threshold."""

from coronal import Image, LabelMap, algorithm
from coronal_imaging.threshold.automatic_threshold import li_threshold
from coronal_imaging.threshold.foreground import Foreground, MinSize, foreground_pieces

__all__ = ["li"]


@algorithm
def li(image: Image, foreground: Foreground = "bright", min_size: MinSize = 0.0) -> LabelMap:
    """Segment the foreground by Li's threshold, each connected component an object.

    It makes the cross-entropy between the image and its two classes least, and lies lower than Otsu's where
    the objects are few or their brightness varies. The threshold is one for the whole image or volume.
    Pieces, colour, other channels and NaN are taken as in `otsu`. An image of one value has no object.

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
    `skimage.filters.threshold_li`, of floats to a millionth of their range. C. H. Li and P. K. S. Tam, An
    iterative algorithm for minimum cross entropy thresholding, Pattern Recognit. Lett. 19 (1998) 771–776.
    """
    return LabelMap.of(image, foreground_pieces(image, foreground, min_size, li_threshold))

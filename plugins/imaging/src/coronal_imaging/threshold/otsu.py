"""Objects by Otsu's threshold."""

from coronal import Image, LabelMap, algorithm
from coronal_imaging.threshold.foreground import Foreground, MinSize, foreground_pieces

__all__ = ["otsu"]


@algorithm
def otsu(image: Image, foreground: Foreground = "bright", min_size: MinSize = 0.0) -> LabelMap:
    """Segment the foreground by Otsu's threshold, each connected component an object.

    The threshold is one for the whole image or volume; pieces of a volume are connected across slices. Of a
    colour image the luminance is parted, of other channels their mean. NaN and infinities don't count for the
    threshold and are background. An image of one value has no object.

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
    `skimage.filters.threshold_otsu`, `skimage.measure.label`. N. Otsu, A threshold selection method from
    gray-level histograms, IEEE Trans. Syst. Man Cybern. 9 (1979) 62–66.
    """
    return LabelMap.of(image, foreground_pieces(image, foreground, min_size))

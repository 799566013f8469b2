"""Objects that reach a high level, followed down to a low one."""

import numpy as np
from skimage.filters import apply_hysteresis_threshold

from coronal import Image, LabelMap, algorithm
from coronal.types.image import MAX_MAGNITUDE, supported
from coronal_imaging.threshold.foreground import Foreground, MinSize, connected_pieces
from coronal_imaging.threshold.two_levels import High, Low, two_levels

__all__ = ["hysteresis"]


@algorithm
def hysteresis(
    image: Image,
    low: Low = None,
    high: High = None,
    foreground: Foreground = "bright",
    min_size: MinSize = 0.0,
) -> LabelMap:
    """Find what is surely an object, and follow it as far as it may still be one.

    Bright objects are all above the lower threshold that is connected, by sides, to something above the
    higher one; dark objects all at or below the higher threshold that is connected to something at or below
    the lower one. Thin, fading vessels are followed so, and noise isn't. A volume is followed across slices.
    Pieces, colour, other channels and NaN are taken as in `otsu`. An image of one value has no object.

    Parameters
    ----------
    image
        Of any meaning.
    low, high
        In the unit of the image's values; one that is left out lies halfway between Otsu's threshold and the
        mean of what is darker or brighter.
    foreground
        The side of the thresholds.
    min_size
        Smaller objects are left out. In mm² (2-D) or mm³ (3-D); in pixels where the image has no spacing.

    Returns
    -------
    LabelMap
        1, 2, 3 … in the order of the objects' first pixels. Pixels that touch by a corner are one object.

    Raises
    ------
    BadParameter
        When the lower threshold lies above the higher one.

    Notes
    -----
    `skimage.filters.apply_hysteresis_threshold`. J. Canny, A computational approach to edge detection, IEEE
    Trans. Pattern Anal. Mach. Intell. 8 (1986) 679–698.
    """
    values = supported(image.grey())
    levels = two_levels(image.inside(values), low, high)
    if levels is None:
        return LabelMap.of(image, np.zeros(image.shape, np.int32))
    lowest, highest = levels
    is_number = np.asarray((values >= -MAX_MAGNITUDE) & (values <= MAX_MAGNITUDE))
    if image.valid is not None:
        is_number &= image.valid
    if foreground == "bright":
        mask = apply_hysteresis_threshold(np.where(is_number, values, -np.inf), lowest, highest)
    else:
        mask = apply_hysteresis_threshold(
            np.where(is_number, -values.astype(np.float64), -np.inf), _or_at(-highest), _or_at(-lowest)
        )
    return LabelMap.of(image, connected_pieces(image, mask, min_size))


def _or_at(level: float) -> float:
    # What is above this is above the level or at it.
    return float(np.nextafter(level, -np.inf))

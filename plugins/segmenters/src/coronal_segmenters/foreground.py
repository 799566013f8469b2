"""The connected pieces of what stands out in an image: where the segmenters start."""

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from skimage.measure import label
from skimage.morphology import remove_small_objects

from coronal import Image, Parameter
from coronal.image import supported
from coronal_segmenters.threshold import LARGEST, otsu_threshold
from coronal_segmenters.whole_pixels import px_needed

__all__ = ["Foreground", "Smallest", "foreground_pieces"]

Foreground = Annotated[
    Literal["bright", "dark"], Parameter("Whether the objects are brighter or darker than their ground.")
]
Smallest = Annotated[
    float,
    Parameter("The least area or volume of an object.", unit="mm², mm³ or px", minimum=0, maximum=1e9),
]


def foreground_pieces(image: Image, foreground: Foreground, smallest: float) -> NDArray[np.int32]:
    """Give the connected pieces of all that lies on one side of Otsu's threshold.

    Pixels that touch by a corner belong together. A NaN or infinity is background.

    Parameters
    ----------
    image
        Of several channels its luminance or mean is taken (`Image.grey`).
    foreground
        The side of the threshold.
    smallest
        Smaller pieces are left out; in mm² (2-D) or mm³ (3-D), in pixels where the image has no spacing.

    Returns
    -------
    NDArray[np.int32]
        Of the image's spatial shape: 1, 2, 3 … in the order of their first pixels; all 0 where the image has
        no two classes of values.
    """
    mask = _foreground(image, foreground)
    least_px = px_needed(smallest, image.geometry.element_size)
    if least_px > 1:
        mask = remove_small_objects(mask, max_size=least_px - 1, connectivity=mask.ndim)
    return np.asarray(label(mask), np.int32)


def _foreground(image: Image, foreground: Foreground) -> NDArray[np.bool_]:
    values = supported(image.grey())
    threshold = otsu_threshold(values)
    if threshold is None:
        return np.zeros(image.shape, np.bool_)
    if foreground == "bright":
        return np.asarray((values > threshold) & (values <= LARGEST))
    return np.asarray((values <= threshold) & (values >= -LARGEST))

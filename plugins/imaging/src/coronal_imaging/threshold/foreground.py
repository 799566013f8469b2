"""The connected pieces of what stands out in an image: where the segmenters start."""

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from skimage.measure import label
from skimage.morphology import remove_small_objects

from coronal import Image, Parameter
from coronal.types.image import MAX_MAGNITUDE, supported
from coronal_imaging.cleanup.whole_pixels import px_needed
from coronal_imaging.threshold.automatic_threshold import Rule, otsu_threshold

__all__ = ["Foreground", "MinSize", "connected_pieces", "foreground_mask", "foreground_pieces"]

Foreground = Annotated[
    Literal["bright", "dark"], Parameter("Whether the objects are brighter or darker than the background.")
]
MinSize = Annotated[
    float,
    Parameter("The least area or volume of an object.", unit="mm², mm³ or px", minimum=0, maximum=1e9),
]


def foreground_pieces(
    image: Image, foreground: Foreground, min_size: float, rule: Rule = otsu_threshold
) -> NDArray[np.int32]:
    """Return the connected pieces of all that lies on one side of a threshold, by default Otsu's.

    Parameters
    ----------
    image
        Of several channels its luminance or mean is taken (`Image.grey`).
    foreground
        The side of the threshold.
    min_size
        See `connected_pieces`.
    rule
        Finds the threshold.

    Returns
    -------
    NDArray[np.int32]
        See `connected_pieces`; all 0 where the image has no two classes of values.
    """
    return connected_pieces(image, foreground_mask(image, foreground, rule), min_size)


def connected_pieces(image: Image, mask: NDArray[np.bool_], min_size: float) -> NDArray[np.int32]:
    """Return the connected pieces of a mask. Pixels that touch by a corner belong together.

    Parameters
    ----------
    image
        Tells the size of a pixel.
    mask
        Of the image's spatial shape.
    min_size
        Smaller pieces are left out; in mm² (2-D) or mm³ (3-D), in pixels where the image has no spacing.

    Returns
    -------
    NDArray[np.int32]
        Of the same shape: 1, 2, 3 … in the order of their first pixels.
    """
    if image.valid is not None:
        mask = mask & image.valid  # objects on both sides of padding are two
    min_px = px_needed(min_size, image.geometry.element_size)
    if min_px > 1:
        mask = remove_small_objects(mask, max_size=min_px - 1, connectivity=mask.ndim)
    return np.asarray(label(mask), np.int32)


def foreground_mask(image: Image, foreground: Foreground, rule: Rule = otsu_threshold) -> NDArray[np.bool_]:
    """Return which pixels lie on one side of a threshold; NaN, infinities and padding count for none."""
    values = supported(image.grey())
    threshold = rule(image.inside(values))
    if threshold is None:
        return np.zeros(image.shape, np.bool_)
    mask = np.asarray(values > threshold if foreground == "bright" else values <= threshold)
    if values.dtype.kind == "f":
        mask &= values <= MAX_MAGNITUDE if foreground == "bright" else values >= -MAX_MAGNITUDE
    return mask

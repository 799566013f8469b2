"""The part of an image in which something is."""

import math
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.morphology import remove_small_objects

from coronal import BadImage, Image, Parameter, algorithm
from coronal.types.image import MAX_MAGNITUDE, supported
from coronal_imaging.intensity.stretch import stretched
from coronal_imaging.spatial.box import boxed
from coronal_imaging.threshold.automatic_threshold import otsu_threshold

__all__ = ["crop_to_content"]

_ROUNDING = 1e-6
"""0.3 mm at 0.1 mm a pixel are 3 pixels, though not in floating point."""


@algorithm(keeps_geometry=False)
def crop_to_content(
    image: Image,
    content: Annotated[
        Literal["bright", "dark"], Parameter("Whether it is brighter or darker than the background.")
    ] = "bright",
    level: Annotated[
        float | None,
        Parameter(
            "Where the ground ends, in the unit of the values; by default at Otsu's threshold.",
            minimum=-1e6,
            maximum=1e6,
        ),
    ] = None,
    min_size: Annotated[
        float,
        Parameter("The least area or volume that counts.", unit="mm², mm³ or px", minimum=0, maximum=1e9),
    ] = 0.0,
    margin: Annotated[
        float,
        Parameter("How much of the ground stays around it.", unit="mm or px", minimum=0, maximum=10_000),
    ] = 5.0,
) -> Image:
    """Crop an image to what stands out from its ground, with a margin.

    One box is cut out, around all that stands out together: a head without the air around it, the round
    field of an eye's ground without its black corners. A volume is cropped along z too. Of a colour image the
    luminance is taken, of other channels their mean. NaN, infinities and padding are ground. Not a value
    changes, and every pixel stays where it was in the patient. Channels and what the values mean stay. A
    label map before it falls away.

    Parameters
    ----------
    image
        Of any values; NaN is kept.
    content
        ``bright``: what lies above the level; ``dark``: what lies at it or below.
    level
        In the unit of the values.
    min_size
        Smaller pieces don't count: dust, a letter. In mm² (2-D) or mm³ (3-D); in pixels where the image has
        no spacing. Pixels that touch by a corner are one piece.
    margin
        In mm; in pixels where the image has no spacing; rounded up. It ends where the image ends.

    Returns
    -------
    Image
        Of the same type.

    Raises
    ------
    BadImage
        When nothing stands out.

    Notes
    -----
    `skimage.filters.threshold_otsu` of 256 levels, `skimage.morphology.remove_small_objects`,
    `scipy.ndimage.find_objects`.
    """
    mask = _standing_out(image, content, level)
    min_px = math.ceil(min_size / image.geometry.element_size - _ROUNDING)
    if min_px > 1:
        mask = remove_small_objects(mask, max_size=min_px - 1, connectivity=mask.ndim)
    boxes = ndimage.find_objects(mask.view(np.uint8))
    if not boxes:
        raise BadImage(f"something {content} must stand out from the ground to be cropped to, found nothing")
    margins = [math.ceil(wide - _ROUNDING) for wide in image.in_pixels(margin)]
    sides = list(zip(boxes[0], margins, image.shape, strict=True))
    starts = [max(0, side.start - wide) for side, wide, _ in sides]
    stops = [min(size, side.stop + wide) for side, wide, size in sides]
    return boxed(image, starts, stops)


def _standing_out(image: Image, content: str, level: float | None) -> NDArray[np.bool_]:
    values = supported(image.grey())
    counted = np.abs(values) <= MAX_MAGNITUDE if values.dtype.kind == "f" else np.ones(values.shape, np.bool_)
    if image.valid is not None:
        counted = counted & image.valid
    if level is None:
        all_count = bool(counted.all())
        numbers = values.reshape(-1) if all_count else values[counted]
        if not numbers.size or numbers.min() == numbers.max():
            return np.zeros(values.shape, np.bool_)
        # In their own unit tiny and huge values would vanish in the library's products, or overflow.
        values = stretched(values, float(numbers.min()), float(numbers.max()), is_within=all_count)
        level = otsu_threshold(values if all_count else values[counted])
    if level is None:
        return np.zeros(values.shape, np.bool_)
    return np.asarray(counted & ((values > level) if content == "bright" else (values <= level)))

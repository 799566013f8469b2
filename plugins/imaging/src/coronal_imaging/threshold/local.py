"""Objects by a threshold that follows the ground."""

import math
from typing import Annotated, Literal

import numpy as np
from skimage.filters import threshold_niblack, threshold_sauvola

from coronal import Image, LabelMap, Parameter, algorithm
from coronal_imaging.finite_values import finite_values
from coronal_imaging.threshold.foreground import Foreground, MinSize, connected_pieces

__all__ = ["local"]

_HALF_OF_THE_RANGE = 0.5
"""What Sauvola divides a deviation by, of values from 0 to 1."""


@algorithm
def local(
    image: Image,
    *,
    method: Annotated[Literal["sauvola", "niblack"], Parameter("Whose formula it is.")] = "sauvola",
    window: Annotated[
        float,
        Parameter("The side of the neighbourhood.", unit="mm or px", above=0, maximum=1000),
    ] = 25.0,
    k: Annotated[
        float,
        Parameter(
            "How many deviations from the mean (Niblack), or how strict (Sauvola).", minimum=0, maximum=1
        ),
    ] = 0.2,
    foreground: Foreground = "bright",
    min_size: MinSize = 0.0,
) -> LabelMap:
    """Segment the foreground on an uneven background by a threshold for each pixel, from its neighbourhood.

    With mean m and standard deviation s of the neighbourhood, the threshold of dark objects is m − k·s
    (Niblack) or m·(1 + k·(s/r − 1)) (Sauvola), of values stretched to 0–1 and r = 0.5. Bright objects are
    found as dark ones of the inverted image. Sauvola keeps an even ground free of noise; Niblack finds
    fainter objects, and noise. The neighbourhood is a box that reaches as far along each axis, across slices
    too, and at most as far as the image. Pieces, colour, other channels and NaN are taken as in `otsu`.

    Parameters
    ----------
    image
        Of any meaning and unit.
    method
        ``sauvola`` or ``niblack``.
    window
        Larger than the objects. In mm; in pixels where the image has no spacing. Rounded to odd pixels.
    k
        From 0 to 1, of no unit. More of it finds less.
    foreground
        Whether objects are brighter or darker than their neighbourhood.
    min_size
        Smaller objects are left out. In mm² (2-D) or mm³ (3-D), or in pixels.

    Returns
    -------
    LabelMap
        1, 2, 3 … in the order of the objects' first pixels. An image of one value has no object.

    Notes
    -----
    `skimage.filters.threshold_sauvola` and `threshold_niblack`. J. Sauvola and M. Pietikäinen, Adaptive
    document image binarization, Pattern Recognit. 33 (2000) 225–236. W. Niblack, An introduction to digital
    image processing, Prentice-Hall, 1986.
    """
    values = finite_values(image)
    if values is None:
        return LabelMap.of(image, np.zeros(image.shape, np.int32))
    unit = values.stretched()
    dark = 1 - unit if foreground == "bright" else unit
    sides = _odd_sides(image, window)
    if method == "sauvola":
        level = threshold_sauvola(dark, sides, k=k, r=_HALF_OF_THE_RANGE)
    else:
        level = threshold_niblack(dark, sides, k=k)
    mask = np.asarray((dark < level) & values.is_number)
    return LabelMap.of(image, connected_pieces(image, mask, min_size))


def _odd_sides(image: Image, window: float) -> tuple[int, ...]:
    # The library mirrors half a window beyond each edge: no more than there is.
    return tuple(
        2 * min(math.floor(side / 2), size // 2) + 1
        for side, size in zip(image.in_pixels(window), image.shape, strict=True)
    )

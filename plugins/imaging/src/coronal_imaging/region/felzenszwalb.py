"""Pieces of a plane that are more alike within than beyond."""

import math
from typing import Annotated

import numpy as np
from skimage.segmentation import felzenszwalb as parted
from skimage.segmentation import relabel_sequential

from coronal import Image, LabelMap, Parameter, algorithm
from coronal_imaging.finite_values import finite_values
from coronal_imaging.region.partition import one_piece, smoothed
from coronal_imaging.region.smoothing import Smoothing, sigma_in_pixels
from coronal_imaging.threshold.foreground import MinSize

__all__ = ["felzenszwalb"]


@algorithm(dimensions=(2,))
def felzenszwalb(
    image: Image,
    scale: Annotated[
        float, Parameter("How much two pieces must differ to stay apart.", above=0, maximum=100_000)
    ] = 100.0,
    smoothing: Smoothing = 1.0,
    min_size: MinSize = 50.0,
) -> LabelMap:
    """Divide a plane into regions that differ more from one another than within themselves.

    Every pixel belongs to one, the ground too. Pieces are as large as what they show: an even ground is one,
    fine texture many. It works on planes. Channels are compared side by side. What is no number belongs to
    none.

    Parameters
    ----------
    image
        Of any meaning and unit; it is stretched to 0–1.
    scale
        Of no unit: 100 is the library's, for 256 grey levels. More makes fewer and larger pieces.
    smoothing
        In mm; in pixels where the image has no spacing.
    min_size
        Smaller pieces are merged with the one beside them that is most alike. In mm², or in pixels.

    Returns
    -------
    LabelMap
        1, 2, 3 …, each connected; where a NaN parts one it stays one.

    Raises
    ------
    BadParameter
        When smoothing is more than 100 pixels along an axis.

    Notes
    -----
    `skimage.segmentation.felzenszwalb`. P. Felzenszwalb and D. Huttenlocher, Efficient graph-based image
    segmentation, Int. J. Comput. Vis. 59 (2004) 167–181.
    """
    sigma_px = sigma_in_pixels(image.spacing, smoothing)
    values = finite_values(image, channels=True)
    if values is None:
        return one_piece(image)
    min_px = min(math.ceil(min_size / image.geometry.element_size), values.is_number.size)
    found = parted(
        smoothed(values, sigma_px), scale=scale, sigma=0, min_size=min_px, channel_axis=image.channel_axis
    )
    return LabelMap.of(image, relabel_sequential(np.where(values.is_number, found + 1, 0))[0])

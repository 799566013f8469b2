"""The edges of a plane: where its shapes are recognised by."""

import math
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from skimage.feature import canny

from coronal import Parameter

__all__ = ["Contrast", "canny_edges"]

Contrast = Annotated[
    float,
    Parameter("The least step of an edge, as a part of the image's range of values.", above=0, maximum=1),
]

_LOW = 0.5
"""An edge is followed down to this part of the least step."""


def canny_edges(
    plane: NDArray[np.float32], is_number: NDArray[np.bool_], sigma_px: tuple[float, ...], contrast: float
) -> NDArray[np.bool_]:
    """Find edges of a known step by `skimage.feature.canny`.

    The library's thresholds are of a Sobel gradient: of a straight step of height 1 between two pixels,
    smoothed by a Gaussian of σ, it is 4 · (Φ(0.5/σ) − Φ(−1.5/σ)), Φ being the normal distribution. So a step
    is found that is as high as `contrast`, however much is smoothed.

    Parameters
    ----------
    plane
        Shape (y, x), from 0 to 1.
    is_number
        No edge is found where it is False.
    sigma_px
        By how much it is smoothed, in pixels along each axis.
    contrast
        The least step that starts an edge; one is followed as long as half of it is left.

    Returns
    -------
    NDArray[np.bool_]
        Edges of one pixel's width; none on the plane's border.
    """
    high = 4 * contrast * _slope(max(sigma_px))
    return np.asarray(
        canny(plane, sigma_px, low_threshold=_LOW * high, high_threshold=high, mask=is_number), np.bool_
    )


def _slope(sigma: float) -> float:
    if sigma == 0:
        return 1.0
    return (math.erf(0.5 / (sigma * math.sqrt(2))) + math.erf(1.5 / (sigma * math.sqrt(2)))) / 2

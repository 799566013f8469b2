"""Detail of one size."""

from typing import Annotated

import numpy as np
from skimage import filters

from coronal import BadParameter, Image, Parameter, algorithm
from coronal.types.image import Pixels
from coronal_imaging.edges.responses import response
from coronal_imaging.intensity.unit_range import UnitRange

__all__ = ["difference_of_gaussians"]

_MAX_PX = 500
"""As of `gaussian`: beyond this a volume takes minutes."""

_RATIO = 1.6
"""With it the difference is nearest to the Laplacian (Marr and Hildreth)."""


@algorithm
def difference_of_gaussians(
    image: Image,
    low: Annotated[
        float,
        Parameter("The standard deviation of the narrower Gaussian.", unit="mm or px", above=0, maximum=100),
    ] = 1.0,
    high: Annotated[
        float | None,
        Parameter(
            "The standard deviation of the wider Gaussian; by default 1.6 × the narrower one.",
            unit="mm or px",
            above=0,
            maximum=200,
        ),
    ] = None,
) -> Image:
    """Keep detail of one size: the image smoothed a little, less the image smoothed more.

    What is finer than low or coarser than high falls away: bright spots of a size between become > 0, dark
    ones < 0. Its values mean mere intensity. A volume is smoothed along z too, each axis by its own spacing.
    Of a colour image the luminance is taken; other channels are filtered one by one. Beyond the edge the
    nearest pixel is repeated. A constant image becomes 0.

    Parameters
    ----------
    image
        Of finite values.
    low, high
        In mm; in pixels where the image has no spacing.

    Returns
    -------
    Image
        float32, below and above 0, in the unit of the values.

    Raises
    ------
    BadImage
        When a value is NaN or infinite.
    BadParameter
        When high isn't above low, or is more than 500 pixels along an axis.

    Notes
    -----
    `skimage.filters.difference_of_gaussians`. D. Marr and E. Hildreth, Theory of edge detection, Proc. R.
    Soc. B 207 (1980) 187–217.
    """
    high = _RATIO * low if high is None else high
    _check(image, low, high)

    def band(pixels: Pixels) -> Pixels:
        bounds = UnitRange.of(pixels)
        detail = filters.difference_of_gaussians(
            bounds.unit(pixels), image.in_pixels(low), image.in_pixels(high)
        )
        return bounds.differences(np.asarray(detail))

    return response(image, band)


def _check(image: Image, low: float, high: float) -> None:
    if high <= low:
        raise BadParameter("high", found=f"{high:g}", allowed=f"> low ({low:g})")
    max_px = max(image.in_pixels(high))
    if max_px > _MAX_PX:
        raise BadParameter("high", found=f"{high:g}, which is {max_px:.0f} px", allowed=f"≤ {_MAX_PX} px")

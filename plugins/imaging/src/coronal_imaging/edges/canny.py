"""Edges, one pixel thin."""

from typing import Annotated

import numpy as np
import SimpleITK
from scipy import ndimage

from coronal import BadParameter, Image, Parameter, algorithm
from coronal.types.image import Pixels
from coronal_imaging.edges.responses import response
from coronal_imaging.enhance.itk import itk_image
from coronal_imaging.intensity.unit_range import UnitRange

__all__ = ["canny"]

_MAX_PX = 500
"""As of `gaussian`: beyond this a volume takes minutes."""

Percent = Annotated[
    float,
    Parameter(
        "How steep an edge is, of the steepest place of the smoothed image.", unit="%", minimum=0, maximum=100
    ),
]


@algorithm
def canny(
    image: Image,
    sigma: Annotated[
        float,
        Parameter(
            "The standard deviation of the Gaussian that smooths before; 0 is none.",
            unit="mm or px",
            minimum=0,
            maximum=100,
        ),
    ] = 1.5,
    low: Percent = 15.0,
    high: Percent = 30.0,
) -> Image:
    """Find edges, one pixel thin: 1 on an edge, 0 elsewhere.

    An edge lies where the image is steepest in the direction in which it rises. It begins where it is steeper
    than high, and goes on as long as it is steeper than low. In a volume edges are surfaces; it is smoothed
    by the spacing of each axis, and steepness is then taken from voxel to voxel. Of a colour image the
    luminance is taken; other channels are filtered one by one. A constant image has no edge.

    Parameters
    ----------
    image
        Of finite values.
    sigma
        In mm; in pixels where the image has no spacing. More of it finds fewer and coarser edges.
    low, high
        In percent of the steepest place of the smoothed image: so they fit any unit and contrast. Where one
        structure is much steeper than the wanted ones, less of both finds these.

    Returns
    -------
    Image
        uint8, 0 and 1.

    Raises
    ------
    BadImage
        When a value is NaN or infinite.
    BadParameter
        When high is below low, or sigma more than 500 pixels along an axis.

    Notes
    -----
    `scipy.ndimage.gaussian_filter`, `SimpleITK.GradientMagnitude` for the steepest place, then
    `SimpleITK.CannyEdgeDetection`, which knows volumes, with no smoothing of its own. J. Canny, A
    computational approach to edge detection, IEEE Trans. Pattern Anal. Mach. Intell. 8 (1986) 679–698.
    """
    _check(image, sigma, low, high)

    def edges(pixels: Pixels) -> Pixels:
        unit = UnitRange.of(pixels).unit(pixels)
        smooth = ndimage.gaussian_filter(unit, image.in_pixels(sigma), mode="nearest")
        # The library's edges know no spacing, and so mustn't its gradient.
        shown = itk_image(smooth, (1.0,) * image.dimensions)
        steepness = SimpleITK.GetArrayFromImage(SimpleITK.GradientMagnitude(shown))
        weakest, start = (float(steepness.max()) * part / 100 for part in (low, high))
        found = SimpleITK.CannyEdgeDetection(shown, weakest, start, [0.0] * image.dimensions)
        return np.asarray(SimpleITK.GetArrayFromImage(found) > 0, np.uint8)

    return response(image, edges)


def _check(image: Image, sigma: float, low: float, high: float) -> None:
    if high < low:
        raise BadParameter("high", found=f"{high:g}", allowed=f"≥ low ({low:g})")
    max_px = max(image.in_pixels(sigma))
    if max_px > _MAX_PX:
        raise BadParameter("sigma", found=f"{sigma:g}, which is {max_px:.0f} px", allowed=f"≤ {_MAX_PX} px")

"""Where an image curves."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from coronal import BadParameter, Image, Parameter, algorithm
from coronal.types.image import Pixels
from coronal_imaging.edges.responses import response
from coronal_imaging.intensity.unit_range import UnitRange

__all__ = ["laplace"]

_MAX_PX = 500
"""As of `gaussian`: beyond this a volume takes minutes."""


@algorithm
def laplace(
    image: Image,
    sigma: Annotated[
        float,
        Parameter(
            "The standard deviation of the Gaussian that smooths before; 0 is none.",
            unit="mm or px",
            minimum=0,
            maximum=100,
        ),
    ] = 1.0,
) -> Image:
    """Return the Laplacian of the smoothed image: below 0 on bright spots and lines, above on dark ones.

    It is the sum of the second derivatives, in the unit of the values per mm², or per square pixel where the
    image has no spacing; in a volume of all three dimensions, each by its own spacing. It passes through 0 on
    edges. Its values mean mere intensity. Of a colour image the luminance is taken; other channels are
    filtered one by one. Beyond the edge the nearest pixel is repeated.

    Parameters
    ----------
    image
        Of finite values.
    sigma
        In mm; in pixels where the image has no spacing. Noise has much curvature: without smoothing little
        else is seen.

    Returns
    -------
    Image
        float32, below and above 0: what curves as x² mm⁻² becomes 2.

    Raises
    ------
    BadImage
        When a value is NaN or infinite.
    BadParameter
        When sigma is more than 500 pixels along an axis.

    Notes
    -----
    `scipy.ndimage.gaussian_filter`, then `scipy.ndimage.correlate1d` by [1, -2, 1] over the square of the
    spacing along each axis: unlike the sampled derivatives of a Gaussian, these are right of thick slices
    too, along which sigma is less than a pixel. The sign is that of mathematics; `skimage.filters.laplace`
    has the other. D. Marr and E. Hildreth, Theory of edge detection, Proc. R. Soc. B 207 (1980) 187–217.
    """
    sigma_px = image.in_pixels(sigma)
    if max(sigma_px) > _MAX_PX:
        raise BadParameter(
            "sigma", found=f"{sigma:g}, which is {max(sigma_px):.0f} px", allowed=f"≤ {_MAX_PX} px"
        )

    second_differences = _second_differences(image.spacing)

    def curvature(pixels: Pixels) -> Pixels:
        bounds = UnitRange.of(pixels)
        smooth = ndimage.gaussian_filter(bounds.unit(pixels), sigma_px, mode="nearest")
        return bounds.differences(ndimage.correlate(smooth, second_differences, mode="nearest"))

    return response(image, curvature)


def _second_differences(spacing: tuple[float, ...]) -> NDArray[np.float64]:
    """Return the weights of a pixel and its neighbours along each axis."""
    weights = np.zeros((3,) * len(spacing))
    for axis, step in enumerate(spacing):
        line = np.moveaxis(weights, axis, -1)[(1,) * (len(spacing) - 1)]
        line += np.array([1.0, -2.0, 1.0]) / step**2
    return weights

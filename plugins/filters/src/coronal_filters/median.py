"""The median of a neighbourhood."""

import math
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from coronal import BadParameter, Image, Parameter, algorithm
from coronal_filters.finite import finite_pixels

__all__ = ["ellipsoid", "median"]

_LARGEST_BOX_PX = 10_000
"""Each pixel ranks its whole neighbourhood: a radius of 10 px in 3-D, 49 px in 2-D."""

_ROUNDING = 1e-6
"""0.3 mm at 0.1 mm a pixel is 3 px, though not in floating point."""


@algorithm
def median(
    image: Image,
    radius: Annotated[
        float,
        Parameter("The radius of the neighbourhood.", unit="mm or px", above=0, maximum=100),
    ] = 1.0,
) -> Image:
    """Replace each value by the median of its neighbourhood: specks go, edges stay.

    What its values mean stays, and so does their type: Hounsfield units stay whole Hounsfield units. The
    neighbourhood is a disc, in a volume a ball; where spacing differs among axes it is an ellipsoid in
    pixels, and an axis whose spacing is larger than the radius is left as it is. Channels are filtered one by
    one. Beyond the edge the nearest pixel is repeated.

    Parameters
    ----------
    image
        Of finite values.
    radius
        In mm; in pixels where the image has no spacing.

    Returns
    -------
    Image
        Of the same type; each value was one of the input's.

    Raises
    ------
    BadImage
        When a value is NaN or infinite.
    BadParameter
        When the box around the neighbourhood holds more than 10,000 pixels.

    Notes
    -----
    `scipy.ndimage.median_filter`, which is `skimage.filters.median` with ``behavior="ndimage"``.
    """
    radii_px = image.in_pixels(radius)
    box_px = math.prod(2 * math.floor(r + _ROUNDING) + 1 for r in radii_px)
    if box_px > _LARGEST_BOX_PX:
        raise BadParameter(
            "radius",
            found=f"{radius:g}, a neighbourhood in a box of {box_px} px",
            allowed=f"so small that the box holds ≤ {_LARGEST_BOX_PX} px",
        )
    middle = ndimage.median_filter(
        finite_pixels(image),
        footprint=ellipsoid(radii_px),
        mode="nearest",
        axes=tuple(range(image.dimensions)),
    )
    return image.with_pixels(middle.astype(image.pixels.dtype, copy=False))


def ellipsoid(radii_px: tuple[float, ...]) -> NDArray[np.bool_]:
    """Give the pixels whose centre lies in an ellipsoid around the middle one.

    Equal whole radii give `skimage.morphology.disk` and `skimage.morphology.ball`.

    Parameters
    ----------
    radii_px
        The half-axes in pixels, in array order; fractions are welcome.

    Examples
    --------
    >>> ellipsoid((0.4, 2.0)).astype(int)
    array([[1, 1, 1, 1, 1]])
    """
    reach = [math.floor(radius + _ROUNDING) for radius in radii_px]
    offsets = np.ogrid[tuple(slice(-r, r + 1) for r in reach)]
    parts = [(offset / radius) ** 2 for offset, radius in zip(offsets, radii_px, strict=True)]
    inside: NDArray[np.bool_] = np.asarray(sum(parts) <= 1 + _ROUNDING)
    return inside

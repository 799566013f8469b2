"""The pixels around a pixel: a disc, a ball, or what they are where spacing differs among axes."""

import math
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from coronal import BadParameter, Image, Parameter

__all__ = ["Radius", "ellipsoid", "neighbourhood", "squared_distances"]

Radius = Annotated[
    float, Parameter("The radius of the neighbourhood.", unit="mm or px", above=0, maximum=100)
]

_MAX_BOX_PX = 10_000
"""Each pixel looks at its whole neighbourhood: a radius of 10 px in 3-D, 49 px in 2-D."""

_ROUNDING = 1e-6
"""0.3 mm at 0.1 mm a pixel is 3 px, though not in floating point."""


def neighbourhood(image: Image, radius: float) -> NDArray[np.bool_]:
    """Return the neighbourhood of a pixel as a mask with the pixel in its middle.

    Parameters
    ----------
    image
        Tells the spacing, and whether there are channels.
    radius
        In mm; in pixels where the image has no spacing.

    Returns
    -------
    NDArray[np.bool_]
        With as many axes as the image's pixels: of the channels it holds only the pixel's own.

    Raises
    ------
    BadParameter
        When the box around the neighbourhood holds more than 10,000 pixels.
    """
    radii_px = image.in_pixels(radius)
    box_px = math.prod(2 * math.floor(r + _ROUNDING) + 1 for r in radii_px)
    if box_px > _MAX_BOX_PX:
        raise BadParameter(
            "radius",
            found=f"{radius:g}, a neighbourhood in a box of {box_px} px",
            allowed=f"so small that the box holds ≤ {_MAX_BOX_PX} px",
        )
    mask = ellipsoid(radii_px)
    return mask[..., np.newaxis] if image.has_channels else mask


def ellipsoid(radii_px: tuple[float, ...]) -> NDArray[np.bool_]:
    """Return the pixels whose centre lies in an ellipsoid around the middle one.

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
    return squared_distances(radii_px) <= 1


def squared_distances(
    radii_px: tuple[float, ...], max_px: tuple[int, ...] | None = None
) -> NDArray[np.float64]:
    """Return the square of the distance from the middle, which is 1 on the surface of an ellipsoid.

    Parameters
    ----------
    radii_px
        The half-axes in pixels, in array order.
    max_px
        How far from the middle the box goes at most, along each axis.

    Returns
    -------
    NDArray[np.float64]
        Of the box around the ellipsoid: an odd number of pixels along each axis. What is on the surface but
        for rounding is 1.

    Examples
    --------
    >>> squared_distances((0.4, 2.0))
    array([[1.  , 0.25, 0.  , 0.25, 1.  ]])
    """
    reach = [math.floor(radius + _ROUNDING) for radius in radii_px]
    if max_px is not None:
        reach = list(map(min, reach, max_px))
    offsets = np.ogrid[tuple(slice(-r, r + 1) for r in reach)]
    squared = np.asarray(sum((o / r) ** 2 for o, r in zip(offsets, radii_px, strict=True)))
    return np.where(np.abs(squared - 1) <= _ROUNDING, 1.0, squared)

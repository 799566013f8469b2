"""Objects by a contour that is drawn to edges."""

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.segmentation import inverse_gaussian_gradient

from coronal import Image, LabelMap, Parameter, algorithm
from coronal_imaging.finite_values import finite_values
from coronal_imaging.region.level_set import (
    Inside,
    Iterations,
    at_least_two,
    check_iterations,
    smoothed,
    start,
)
from coronal_imaging.region.smoothing import Smoothing, sigma_in_pixels
from coronal_imaging.threshold.foreground import Foreground, connected_pieces

__all__ = ["active_contour"]

_PUSHED_ABOVE = 40
"""The balloon pushes where the image is more even than so many percent of it, as the library's ``auto``."""


@algorithm
def active_contour(
    image: Image,
    labels: LabelMap | None = None,
    *,
    foreground: Foreground = "bright",
    iterations: Iterations = 50,
    balloon: Annotated[
        float, Parameter("How hard the contour is pushed outwards; inwards below 0.", minimum=-1, maximum=1)
    ] = 0.0,
    smoothing: Smoothing = 1.0,
) -> LabelMap:
    """Draw a contour to the edges near it (morphological geodesic active contour).

    The contour starts around the objects that a stage before has left, or around Otsu's foreground. It is
    drawn to where the gradient is steep and smoothed on the way; where it is even a balloon pushes it on,
    outwards from small markers or inwards from generous ones. A volume has one closed surface. Of a colour
    image the luminance is taken, of other channels their mean. What is no number is background.

    Parameters
    ----------
    image
        Of any meaning and unit.
    labels
        Where the contour starts, all objects together.
    foreground
        The side of Otsu's threshold where it starts without labels.
    iterations
        With a balloon the contour moves a pixel each time.
    balloon
        From -1 to 1; 0 is none.
    smoothing
        Before the gradient is taken: edges draw the contour from about as far. In mm; in pixels where the
        image has no spacing.

    Returns
    -------
    LabelMap
        The connected pieces of its inside: 1, 2, 3 … in the order of their first pixels. Objects that touch
        become one.

    Raises
    ------
    BadParameter
        When smoothing is more than 100 pixels along an axis, or the iterations would take many minutes in so
        large an image.

    Notes
    -----
    `skimage.segmentation.inverse_gaussian_gradient` with an alpha of 100, and
    `morphological_geodesic_active_contour`, of pixels whatever their spacing; but beyond its edge the image
    goes on as it ends there, so that what the edge cuts doesn't shrink from it. V. Caselles, R. Kimmel and G.
    Sapiro, Geodesic active contours, Int. J. Comput. Vis. 22 (1997) 61–79.
    """
    check_iterations(image, iterations)
    sigma_px = sigma_in_pixels(image.spacing, smoothing)
    values = finite_values(image)
    if values is None:
        return LabelMap.of(image, np.zeros(image.shape, np.int32))
    evenness = np.asarray(inverse_gaussian_gradient(values.stretched(), sigma=sigma_px))
    is_pushed = at_least_two(evenness > np.percentile(evenness, _PUSHED_ABOVE) / (abs(balloon) or np.inf))
    slopes = np.gradient(at_least_two(evenness))
    inside = at_least_two(start(image, labels, foreground))
    for move in range(iterations):
        inside = smoothed(_drawn(_pushed(inside, balloon, is_pushed), slopes), 1, move)
    mask = np.asarray((inside[tuple(map(slice, image.shape))] > 0) & values.is_number)
    return LabelMap.of(image, connected_pieces(image, mask, 0.0))


def _pushed(inside: Inside, balloon: float, is_pushed: NDArray[np.bool_]) -> Inside:
    """Move the contour by a pixel where the image is even; the edge of the image is no contour."""
    if balloon == 0:
        return inside
    box = np.ones((3,) * inside.ndim, np.bool_)
    if balloon > 0:
        moved = ndimage.binary_dilation(inside, box)
    else:
        moved = ndimage.binary_erosion(inside, box, border_value=1)
    return np.where(is_pushed, moved, inside).astype(np.int8)


def _drawn(inside: Inside, slopes: Sequence[NDArray[np.floating]]) -> Inside:
    """Move the contour by a pixel towards the edge."""
    pull = np.zeros_like(slopes[0])
    for slope, step in zip(slopes, np.gradient(inside), strict=True):
        pull += slope * step
    return np.where(pull > 0, 1, np.where(pull < 0, 0, inside)).astype(np.int8)

"""Objects that are even inside, by a contour without edges."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

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
from coronal_imaging.threshold.foreground import Foreground, MinSize, connected_pieces

__all__ = ["chan_vese"]

_ABOVE_ZERO = 1e-8
"""A side without a pixel has a mean too."""


@algorithm
def chan_vese(
    image: Image,
    labels: LabelMap | None = None,
    *,
    foreground: Foreground = "bright",
    iterations: Iterations = 40,
    stiffness: Annotated[
        int, Parameter("How often the contour is smoothed after each move.", minimum=0, maximum=4)
    ] = 1,
    min_size: MinSize = 0.0,
) -> LabelMap:
    """Divide an image into two regions, each as even as possible, by a contour that needs no edges.

    The contour starts around the objects that a stage before has left, or around Otsu's foreground, and moves
    to where each pixel is more like the mean of its own side; it is smoothed on the way, so that noise makes
    no object. The sides are parted for the whole image or volume. Of a colour image the luminance is taken,
    of other channels their mean. What is no number is background.

    Parameters
    ----------
    image
        Of any meaning and unit.
    labels
        Where the contour starts, all objects together.
    foreground
        The side of Otsu's threshold where it starts without labels.
    iterations
        The contour stands still when it is where it belongs.
    stiffness
        0 follows each pixel, 4 rounds all that is small.
    min_size
        Smaller objects are left out. In mm² (2-D) or mm³ (3-D); in pixels where the image has no spacing.

    Returns
    -------
    LabelMap
        The connected pieces of its inside: 1, 2, 3 … in the order of their first pixels.

    Raises
    ------
    BadParameter
        When the iterations would take many minutes in so large an image.

    Notes
    -----
    `skimage.segmentation.morphological_chan_vese`, of pixels whatever their spacing; but beyond its edge the
    image goes on as it ends there, so that what the edge cuts doesn't shrink. T. Chan and L. Vese,
    Active contours without edges, IEEE Trans. Image Process. 10 (2001) 266–277. P. Márquez-Neila, L. Baumela
    and L. Alvarez, A morphological approach to curvature-based evolution of curves and surfaces, IEEE Trans.
    Pattern Anal. Mach. Intell. 36 (2014) 2–17.
    """
    check_iterations(image, iterations)
    values = finite_values(image)
    if values is None:
        return LabelMap.of(image, np.zeros(image.shape, np.int32))
    grey, inside = at_least_two(values.stretched()), at_least_two(start(image, labels, foreground))
    for move in range(iterations):
        inside = smoothed(_attached(inside, grey), stiffness, move * stiffness)
    mask = np.asarray((inside[tuple(map(slice, image.shape))] > 0) & values.is_number)
    return LabelMap.of(image, connected_pieces(image, mask, min_size))


def _attached(inside: Inside, grey: NDArray[np.float32]) -> Inside:
    """Move the contour by a pixel, to where each is more like the mean of its side."""
    without = 1 - inside
    mean_outside = (grey * without).sum() / float(without.sum() + _ABOVE_ZERO)
    mean_inside = (grey * inside).sum() / float(inside.sum() + _ABOVE_ZERO)
    at_contour = np.abs(np.gradient(inside)).sum(0)
    pull = at_contour * ((grey - mean_inside) ** 2 - (grey - mean_outside) ** 2)
    return np.where(pull < 0, 1, np.where(pull > 0, 0, inside)).astype(np.int8)

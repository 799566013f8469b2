"""Objects by a contour that is drawn to edges."""

from typing import Annotated

import numpy as np
from skimage.segmentation import inverse_gaussian_gradient, morphological_geodesic_active_contour

from coronal import Image, LabelMap, Parameter, algorithm
from coronal_segmenters.finite_values import finite_values
from coronal_segmenters.foreground import Foreground, connected_pieces
from coronal_segmenters.level_set import Iterations, at_least_two, even_iterations, start
from coronal_segmenters.smoothing import Smoothing, sigma_in_pixels

__all__ = ["active_contour"]


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
        An odd number counts as the next even one. With a balloon the contour moves a pixel each time.
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
    `morphological_geodesic_active_contour`, of pixels whatever their spacing. V. Caselles, R. Kimmel and G.
    Sapiro, Geodesic active contours, Int. J. Comput. Vis. 22 (1997) 61–79.
    """
    moves = even_iterations(image, iterations)
    sigma_px = sigma_in_pixels(image.spacing, smoothing)
    values = finite_values(image)
    if values is None:
        return LabelMap.of(image, np.zeros(image.shape, np.int32))
    inside = morphological_geodesic_active_contour(
        at_least_two(inverse_gaussian_gradient(values.stretched(), sigma=sigma_px)),
        moves,
        at_least_two(start(image, labels, foreground)),
        balloon=balloon,
    )
    mask = np.asarray((inside[tuple(map(slice, image.shape))] > 0) & values.is_number)
    return LabelMap.of(image, connected_pieces(image, mask, 0.0))

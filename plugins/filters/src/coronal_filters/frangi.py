"""Vessels, by Frangi's measure."""

import numpy as np
from numpy.typing import NDArray
from skimage import filters

from coronal import Image, algorithm
from coronal.image import Pixels
from coronal_filters.vessels import Largest, Scales, Smallest, Vessels, vesselness

__all__ = ["frangi"]


@algorithm
def frangi(
    image: Image,
    vessels: Vessels = "bright",
    smallest: Smallest = 1.0,
    largest: Largest = 3.0,
    scales: Scales = 3,
) -> Image:
    """Tell how much each pixel looks like part of a vessel: long, thin and unlike its ground (Frangi).

    A tube curves much across and little along itself: this is told from spots and from plates, and told by
    the scale at which it is clearest. A volume is measured in three dimensions; where spacing differs among
    axes it is measured at the finest spacing of them, and the answer is brought back. Its values mean mere
    intensity. Of a colour image the luminance is taken; other channels are measured one by one.

    Parameters
    ----------
    image
        Of finite values.
    vessels
        ``bright`` as in angiography, ``dark`` as in a photograph of the retina.
    smallest, largest
        In mm; in pixels where the image has no spacing. Scales between are as many times larger each.
    scales
        Each takes as much time again.

    Returns
    -------
    Image
        float32, from 0 to 1; 0 all over where nothing curves.

    Raises
    ------
    BadImage
        When a value is NaN or infinite, or the image at its finest spacing times the scales has more than
        2·10⁸ elements.
    BadParameter
        When largest is below smallest, or one is out of 0.5 to 50 pixels of the finest axis.

    Notes
    -----
    `skimage.filters.frangi` at each scale, where `skimage.filters.sato` is above 0, and of all the largest;
    α = β = 0.5, c half of the largest norm of the Hessian at that scale. A. F. Frangi, W. J. Niessen,
    K. L. Vincken and M. A. Viergever, Multiscale vessel enhancement filtering, MICCAI 1998, LNCS 1496,
    130–137.
    """

    def measure(values: NDArray[np.float32], scales_px: list[float]) -> Pixels:
        strongest = np.zeros(values.shape, np.float32)
        # One by one: together the library takes c from the first scale, at which all the others are faint.
        for scale in scales_px:
            answer = filters.frangi(values, [scale], black_ridges=vessels == "dark")
            # Along a line that is quite straight the library doesn't tell a bright from a dark one.
            answer[filters.sato(values, [scale], black_ridges=vessels == "dark") <= 0] = 0
            np.maximum(strongest, answer, out=strongest)
        return strongest

    return vesselness(image, measure, (smallest, largest, scales))

"""Vessels, by Sato's measure."""

import numpy as np
from numpy.typing import NDArray
from skimage import filters

from coronal import Image, algorithm
from coronal.types.image import Pixels
from coronal_imaging.vessels.multiscale import MaxSigma, MinSigma, Scales, Vessels, vesselness

__all__ = ["sato"]


@algorithm
def sato(
    image: Image,
    vessels: Vessels = "bright",
    min_sigma: MinSigma = 1.0,
    max_sigma: MaxSigma = 3.0,
    scales: Scales = 3,
) -> Image:
    """Return how much each pixel stands out from its ground as part of a line or tube (Sato).

    It is how much the image curves across the line: faint vessels answer in proportion to how faint they are,
    and unlike `frangi` it doesn't weigh how round they are. A volume is measured in three dimensions; where
    spacing differs among axes it is measured at the finest spacing of them, and the answer is brought back.
    Its values mean mere intensity. Of a colour image the luminance is taken; other channels are measured one
    by one.

    Parameters
    ----------
    image
        Of finite values.
    vessels
        ``bright`` as in angiography, ``dark`` as in a photograph of the retina.
    min_sigma, max_sigma
        In mm; in pixels where the image has no spacing. Scales between are as many times larger each.
    scales
        Each takes as much time again.

    Returns
    -------
    Image
        float32, from 0, in the unit of the values: about how much the vessel differs from its ground.

    Raises
    ------
    BadImage
        When a value is NaN or infinite, or the image at its finest spacing times the scales has more than
        2·10⁸ elements.
    BadParameter
        When max_sigma is below min_sigma, or one is out of 0.5 to 50 pixels of the finest axis.

    Notes
    -----
    `skimage.filters.sato`. Y. Sato et al., Three-dimensional multi-scale line filter for segmentation and
    visualization of curvilinear structures in medical images, Med. Image Anal. 2 (1998) 143–168.
    """

    def measure(values: NDArray[np.float32], scales_px: list[float]) -> Pixels:
        return np.asarray(filters.sato(values, scales_px, black_ridges=vessels == "dark"))

    return vesselness(image, measure, (min_sigma, max_sigma, scales), in_values=True)

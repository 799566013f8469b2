"""Flat regions with sharp edges."""

import numpy as np
from numpy.typing import NDArray
from skimage import restoration

from coronal import Image, algorithm
from coronal.types.image import Pixels
from coronal_imaging.denoise.denoising import Slices, Strength, denoised
from coronal_imaging.denoise.noise import Noise

__all__ = ["total_variation"]


@algorithm
def total_variation(
    image: Image, strength: Strength = 1.0, noise: Noise = None, slices: Slices = "together"
) -> Image:
    """Find the image that is near to this one and varies least in all: regions get flat, edges stay sharp.

    What its values mean stays: Hounsfield units stay Hounsfield units, colour stays colour. A volume varies
    from slice to slice as it does from pixel to pixel, whatever the spacing: slices much thicker than pixels
    should be filtered apart. Channels, colours too, are filtered one by one; opacity is left out. An image
    without noise, and a constant one, is left as it is.

    Parameters
    ----------
    image
        Of finite values.
    strength
        How much less variation is worth, as a multiple of the noise. Much of it makes a cartoon.
    noise
        In the unit of the values. The estimate takes what differs from pixel to pixel for noise.
    slices
        ``apart``: slice by slice.

    Returns
    -------
    Image
        float32, in the range of the input, and of the same mean.

    Raises
    ------
    BadImage
        When a value is NaN or infinite.

    Notes
    -----
    `skimage.restoration.denoise_tv_chambolle`, weight = strength × noise, at most 200 steps. L. I. Rudin,
    S. Osher and E. Fatemi, Nonlinear total variation based noise removal algorithms, Physica D 60 (1992)
    259–268; A. Chambolle, An algorithm for total variation minimization and applications, J. Math. Imaging
    Vis. 20 (2004) 89–97.
    """

    def flattened(values: NDArray[np.float32], deviation: float) -> Pixels:
        return np.asarray(restoration.denoise_tv_chambolle(values, weight=strength * deviation))

    return denoised(image, flattened, noise=noise, slices=slices)

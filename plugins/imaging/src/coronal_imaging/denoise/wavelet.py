"""Noise taken out of the wavelet coefficients of an image."""

from typing import Annotated, Literal, TypeAlias

import numpy as np
import pywt
from numpy.typing import NDArray
from skimage import restoration

from coronal import Image, Parameter, algorithm
from coronal.types.image import Pixels
from coronal_imaging.channels import is_rgb
from coronal_imaging.denoise.denoising import Slices, Strength, denoised
from coronal_imaging.denoise.noise import Noise

__all__ = ["wavelet"]

Family: TypeAlias = Literal["haar", "db2", "db4", "sym4", "sym8"]


@algorithm
def wavelet(
    image: Image,
    family: Annotated[Family, Parameter("The wavelet: from blocky and sharp to long and smooth.")] = "sym4",
    method: Annotated[
        Literal["bayes", "visu"],
        Parameter("A threshold for each scale and direction, or one for all, which smooths more."),
    ] = "bayes",
    strength: Strength = 1.0,
    noise: Noise = None,
    *,
    slices: Slices = "together",
) -> Image:
    """Shrink the small wavelet coefficients, in which noise is, and keep the large ones, in which edges are.

    What its values mean stays: Hounsfield units stay Hounsfield units, colour stays colour. A volume is
    transformed along z too, whatever the spacing: slices much thicker than pixels should be filtered apart.
    A colour image is filtered as luma and chroma (YCbCr), its opacity left out; other channels are filtered
    one by one. An image without noise, and a constant one, is left as it is.

    Parameters
    ----------
    image
        Of finite values. One that is shorter than the wavelet is continued by its mirror image for the while.
    family
        ``haar``; Daubechies' ``db2``, ``db4``; nearly symmetric ``sym4``, ``sym8``: all of them orthogonal.
    method
        ``bayes``: BayesShrink. ``visu``: VisuShrink, the universal threshold.
    strength
        The noise that is taken out, as a multiple of that which is there.
    noise
        In the unit of the values. The estimate takes what differs from pixel to pixel for noise.
    slices
        ``apart``: slice by slice.

    Returns
    -------
    Image
        float32; about in the range of the input, beyond which an edge can swing a little.

    Raises
    ------
    BadImage
        When a value is NaN or infinite.

    Notes
    -----
    `skimage.restoration.denoise_wavelet`, soft thresholds, as many scales as the shortest axis has. S. G.
    Chang, B. Yu and M. Vetterli, Adaptive wavelet thresholding for image denoising and compression, IEEE
    Trans. Image Process. 9 (2000) 1532–1546; D. L. Donoho and I. M. Johnstone, Ideal spatial adaptation by
    wavelet shrinkage, Biometrika 81 (1994) 425–455.
    """
    axes = 2 if slices == "apart" else image.dimensions
    channel_axis = -1 if is_rgb(image) else None

    def shrunk(values: NDArray[np.float32], deviation: float) -> Pixels:
        wide = _long_enough(values, axes, family)
        return np.asarray(
            restoration.denoise_wavelet(
                wide,
                sigma=strength * deviation,
                wavelet=family,
                method={"bayes": "BayesShrink", "visu": "VisuShrink"}[method],
                convert2ycbcr=channel_axis is not None,
                channel_axis=channel_axis,
                wavelet_levels=pywt.dwtn_max_level(wide.shape[:axes], family),
                rescale_sigma=True,
            )
        )[tuple(map(slice, values.shape))]

    return denoised(image, shrunk, noise=noise, slices=slices, colours="together")


def _long_enough(values: NDArray[np.float32], axes: int, family: Family) -> NDArray[np.float32]:
    # The first size of which the library can take a scale: below it, it warns of the edges.
    least = 2 * (pywt.Wavelet(family).dec_len - 1)
    missing = [max(0, least - size) for size in values.shape[:axes]]
    return np.pad(values, [(0, n) for n in missing] + [(0, 0)] * (values.ndim - axes), "symmetric")

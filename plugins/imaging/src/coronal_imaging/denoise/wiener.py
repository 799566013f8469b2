"""A known blur, taken back."""

import math
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.fft import next_fast_len
from skimage import restoration

from coronal import BadParameter, Image, Parameter, algorithm
from coronal.types.image import Pixels
from coronal_imaging.channels import each_channel, is_rgb
from coronal_imaging.finite_values import finite_pixels
from coronal_imaging.intensity.unit_range import UnitRange

__all__ = ["wiener"]

_MAX_PX = 10
"""Beyond it there is little to restore, and the margin around a volume takes its memory."""

_TRUNCATE = 4.0
"""How many standard deviations the blur reaches; the margin is twice as wide, as far as it can be undone."""


@algorithm
def wiener(
    image: Image,
    sigma: Annotated[
        float,
        Parameter("The standard deviation of the Gaussian blur.", unit="mm or px", above=0, maximum=100),
    ] = 1.0,
    balance: Annotated[
        float,
        Parameter("How much smoothness is worth against sharpness.", minimum=1e-6, maximum=100),
    ] = 0.03,
) -> Image:
    """Sharpen an image that was blurred by a Gaussian of known width (Wiener deconvolution).

    What its values mean stays: Hounsfield units stay Hounsfield units, colour stays colour. The blur of a
    volume is in mm along each axis, so that thick slices are sharpened less than thin ones. Channels, colours
    too, are sharpened one by one; opacity is left out. Beyond the edge the image is continued by its mirror.

    Parameters
    ----------
    image
        Of finite values.
    sigma
        The width of the point spread function: a point has become a Gaussian of this standard deviation.
        In mm; in pixels where the image has no spacing.
    balance
        Of no unit. Less of it is sharper and brings noise out: 0.003 is for a clean image, 0.3 for a noisy
        one.

    Returns
    -------
    Image
        float32; beyond the range of the input where an edge was blurred.

    Raises
    ------
    BadImage
        When a value is NaN or infinite.
    BadParameter
        When sigma is more than 10 pixels along an axis.

    Notes
    -----
    `skimage.restoration.wiener`, smoothness by the Laplacian of pixels. It was chosen because it is linear:
    one step, the same each time, for values of any sign and unit. Richardson–Lucy takes values for counts
    from 0 up, which Hounsfield units aren't, and makes noise grow with its steps; the unsupervised Wiener
    filter finds the balance itself, by chance and in hundreds of steps. N. Wiener, Extrapolation,
    Interpolation, and Smoothing of Stationary Time Series, Wiley, 1949; B. R. Hunt, A matrix theory proof of
    the discrete convolution theorem, IEEE Trans. Audio Electroacoust. 19 (1971) 285–288.
    """
    sigma_px = image.in_pixels(sigma)
    if max(sigma_px) > _MAX_PX:
        raise BadParameter(
            "sigma", found=f"{sigma:g}, which is {max(sigma_px):.0f} px", allowed=f"≤ {_MAX_PX} px"
        )
    blur = _point_spread(sigma_px)

    def sharpened(pixels: Pixels) -> Pixels:
        bounds = UnitRange.of(pixels)
        wide, inner = _with_margin(bounds.unit(pixels), blur.shape)
        return bounds.values(restoration.wiener(wide, blur, balance, clip=False)[inner])

    pixels = finite_pixels(image)
    return image.with_pixels(each_channel(image, pixels[..., :3] if is_rgb(image) else pixels, sharpened))


def _point_spread(sigma_px: tuple[float, ...]) -> NDArray[np.float32]:
    reach = [math.ceil(_TRUNCATE * sigma) for sigma in sigma_px]
    point = np.zeros([2 * r + 1 for r in reach], np.float32)
    point[tuple(reach)] = 1
    return ndimage.gaussian_filter(point, sigma_px, mode="constant", truncate=_TRUNCATE)


def _with_margin(
    values: NDArray[np.float32], blur: tuple[int, ...]
) -> tuple[NDArray[np.float32], tuple[slice, ...]]:
    """Continue an image by its mirror: in a Fourier transform opposite edges meet."""
    margins = []
    for size, width in zip(values.shape, blur, strict=True):
        extra = next_fast_len(size + 2 * width, real=True) - size
        margins.append((extra // 2, extra - extra // 2))
    inner = tuple(slice(m[0], m[0] + size) for m, size in zip(margins, values.shape, strict=True))
    return np.pad(values, margins, "symmetric"), inner

"""Averages of places that look alike."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from skimage import restoration

from coronal import BadParameter, Image, Parameter, algorithm
from coronal.types.image import Pixels
from coronal_imaging.channels import is_rgb
from coronal_imaging.denoise.denoising import Slices, Strength, denoised
from coronal_imaging.denoise.noise import Noise

__all__ = ["non_local_means"]

_SEARCH = {2: 10, 3: 3}
"""How far is searched by default, by the number of axes: some 400 places, a second for 512² or 64³ pixels."""

_MAX_COMPARISONS = 5e10
"""Some ten minutes."""

_MAX_PLACES = 10_000
"""For one pixel: beyond 49 pixels in a plane, 10 in a volume, a small image would take minutes too."""


@algorithm
def non_local_means(
    image: Image,
    strength: Strength = 0.8,
    noise: Noise = None,
    patch: Annotated[
        int, Parameter("The side of the patches that are compared.", unit="px", minimum=1, maximum=15)
    ] = 5,
    search: Annotated[
        int | None,
        Parameter(
            "How far around patches are compared; by default 10 in a plane, 3 in a volume.",
            unit="px",
            minimum=1,
            maximum=100,
        ),
    ] = None,
    *,
    slices: Slices = "together",
) -> Image:
    """Replace each value by the mean of those around which the image looks alike: noise goes, texture stays.

    What its values mean stays: Hounsfield units stay Hounsfield units, colour stays colour. Patches are of
    pixels, because noise is, and a volume's are cubes of voxels whatever the spacing: slices much thicker
    than pixels should be filtered apart. A colour image's patches are compared in all three colours at once,
    its opacity left out; other channels are filtered one by one. An image without noise, and a constant one,
    is left as it is.

    Parameters
    ----------
    image
        Of finite values.
    strength
        How unlike a patch may be and still count, as a multiple of the noise (the paper's h).
    noise
        In the unit of the values. The estimate takes what differs from pixel to pixel for noise.
    patch
        In pixels; an even number counts as the odd one above it.
    search
        In pixels along each axis, in each direction.
    slices
        ``apart``: slice by slice, and searched by default as far as in a plane.

    Returns
    -------
    Image
        float32, in the range of the input.

    Raises
    ------
    BadImage
        When a value is NaN or infinite.
    BadParameter
        When more than 5·10¹⁰ pairs of patches are to be compared, or more than 10,000 for one
        pixel: it would take many minutes.

    Notes
    -----
    `skimage.restoration.denoise_nl_means` in its fast mode, whose time doesn't depend on the patch.
    A. Buades, B. Coll and J.-M. Morel, A non-local algorithm for image denoising, Proc. CVPR 2005, 60–65;
    J. Froment, Parameter-free fast pixelwise non-local means denoising, IPOL 4 (2014) 300–326.
    """
    axes = 2 if slices == "apart" else image.dimensions
    search = _SEARCH[axes] if search is None else search
    _check_cost(image, search, axes)
    channel_axis = -1 if is_rgb(image) else None

    def average(values: NDArray[np.float32], deviation: float) -> Pixels:
        clean = restoration.denoise_nl_means(
            values,
            patch_size=patch,
            patch_distance=search,
            h=strength * deviation,
            sigma=deviation,
            preserve_range=True,
            channel_axis=channel_axis,
        )
        # The library drops axes of one element.
        return np.asarray(clean).reshape(values.shape)

    return denoised(image, average, noise=noise, slices=slices, colours="together")


def _check_cost(image: Image, search: int, axes: int) -> None:
    comparisons = image.pixels.size * (2 * search + 1) ** axes
    most = min(_MAX_COMPARISONS, _MAX_PLACES * image.pixels.size)
    if comparisons > most:
        nearer = "; slices apart cost less" if axes == 3 else ""
        raise BadParameter(
            "search",
            found=f"{search}, which makes {comparisons:.2g}",
            allowed=f"so small that {image.pixels.size} values are compared ≤ {most:.2g} times "
            f"in all{nearer}",
        )

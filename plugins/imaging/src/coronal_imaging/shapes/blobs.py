"""Blobs: bright or dark spots of a size between two."""

import math
from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from skimage.feature import blob_dog, blob_log

from coronal import BadParameter, Image, LabelMap, Parameter, algorithm
from coronal_imaging.shapes.canny_edges import Contrast
from coronal_imaging.shapes.drawn_shapes import Ellipsoid, drawn, in_unit
from coronal_imaging.shapes.even_grid import even_grid
from coronal_imaging.shapes.radii import MaxRadius, MinRadius, check_radii
from coronal_imaging.threshold.foreground import Foreground

__all__ = ["blobs"]

_SCALES = 8
"""How many sizes are tried by the Laplacian, from the smallest to the largest."""

_RATIO = 1.3
"""By how much each size of the differences of Gaussians is larger than the one before."""

_RESPONSE = {2: 2 / math.e, 3: math.sqrt(54 / math.pi) * math.exp(-1.5)}
"""What the Laplacian gives of a disc or a ball of height 1, in its middle and at its own scale."""

_MAX_WORK = 5_000_000_000
"""Pixels × scales in pixels: about as many take five minutes."""

Method = Literal["log", "dog"]


@algorithm
def blobs(
    image: Image,
    *,
    method: Annotated[Method, Parameter("Laplacian of a Gaussian, or difference of Gaussians.")] = "log",
    min_radius: MinRadius = 3.0,
    max_radius: MaxRadius = 15.0,
    contrast: Contrast = 0.1,
    foreground: Foreground = "bright",
) -> LabelMap:
    """Find spots that are brighter or darker than what is around them, each as a disc or ball of its size.

    Nuclei, lesions and the like are found on an uneven ground, and where they touch; they are drawn as discs,
    not in their own form, so that they are good markers for `marker-watershed`. A volume is searched as a
    volume, and a ball is one in mm where the spacing differs along the axes. Of a colour image the luminance
    is searched, of other channels their mean; what is no number is background. An image of one value has no
    blob.

    Parameters
    ----------
    image
        Of any meaning and unit.
    method
        ``log`` measures sizes better, ``dog`` is faster where the radii lie far apart.
    min_radius, max_radius
        In mm; in pixels where the image has no spacing.
    contrast
        From 0 to 1: 0.1 finds an even disc or ball that is a tenth of the image's range above its ground.
    foreground
        Whether they are brighter or darker than what is around them.

    Returns
    -------
    LabelMap
        1, 2, 3 … in the order of their centres; a smaller one covers a larger. Its names tell the radii.

    Raises
    ------
    BadImage
        When the image can't be brought to pixels of the same side along each axis, because it would be too
        large.
    BadParameter
        When the radii are in the wrong order, or so large that it would take many minutes.

    Notes
    -----
    `skimage.feature.blob_log` of 8 scales, `blob_dog` of a ratio of 1.3; of two that overlap by half the
    weaker is left out. T. Lindeberg, Feature detection with automatic scale selection, Int. J. Comput. Vis.
    30 (1998) 79–116.
    """
    check_radii(min_radius, max_radius)
    grid = even_grid(image)
    if grid is None:
        return drawn(image, [])
    root = math.sqrt(image.dimensions)
    # Nothing is found that is wider than the image.
    widest = max(grid.pixels.shape) / 2
    sigmas_px = [min(r / grid.step, widest) / root for r in (min_radius, max_radius)]
    _check_work(grid.pixels.size, sigmas_px, max_radius)
    pixels = grid.pixels if foreground == "bright" else 1 - grid.pixels
    found = _found(pixels, method, sigmas_px, contrast * _RESPONSE[image.dimensions])
    return drawn(image, [_ball(image, blob * grid.step, root) for blob in _in_order(found)])


def _found(
    pixels: NDArray[np.float32], method: Method, sigmas_px: Sequence[float], threshold: float
) -> NDArray[np.float64]:
    min_sigma, max_sigma = sigmas_px
    if method == "log":
        return np.asarray(blob_log(pixels, min_sigma, max_sigma, num_sigma=_SCALES, threshold=threshold))
    return np.asarray(blob_dog(pixels, min_sigma, max_sigma, sigma_ratio=_RATIO, threshold=threshold))


def _in_order(found: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    return [np.asarray(row) for row in sorted(found.tolist())]


def _ball(image: Image, blob: NDArray[np.float64], root: float) -> Ellipsoid:
    *centre, sigma = map(float, blob)
    radius = sigma * root
    return Ellipsoid(f"blob, radius {in_unit(image, radius)}", tuple(centre), (radius,) * image.dimensions)


def _check_work(pixels: int, sigmas_px: Sequence[float], max_radius: float) -> None:
    if pixels * _SCALES * sum(sigmas_px) / 2 > _MAX_WORK:
        raise BadParameter(
            "max_radius",
            found=f"{max_radius:g}, a scale of {sigmas_px[1]:.0f} px in {pixels} px",
            allowed="smaller in so large an image, or the image resampled to larger pixels first",
        )

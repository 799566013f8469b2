"""Vessels, by Frangi's measure."""

import numpy as np
from numpy.typing import NDArray
from skimage import feature

from coronal import Image, algorithm
from coronal.types.image import Pixels
from coronal_imaging.vessels.multiscale import MaxSigma, MinSigma, Scales, Vessels, vesselness

__all__ = ["frangi"]

_TWO_SQUARES = 2 * 0.5**2
"""Twice the square of α and β."""

_MIN_CURVATURE = 1e-10
"""As in the library: below it a curvature is that of no vessel."""


@algorithm
def frangi(
    image: Image,
    vessels: Vessels = "bright",
    min_sigma: MinSigma = 1.0,
    max_sigma: MaxSigma = 3.0,
    scales: Scales = 3,
) -> Image:
    """Return how much each pixel looks like part of a vessel: long, thin and unlike its background (Frangi).

    A tube curves much across and little along itself, which distinguishes it from spots and plates; the scale
    at which it is clearest counts. A volume is measured in three dimensions; where spacing differs among
    axes it is measured at the finest spacing of them, and the answer is brought back. Its values mean mere
    intensity. Of a colour image the luminance is taken; other channels are measured one by one.

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
        float32, from 0 to 1; 0 all over where nothing curves.

    Raises
    ------
    BadImage
        When a value is NaN or infinite, or the image at its finest spacing times the scales has more than
        2·10⁸ elements.
    BadParameter
        When max_sigma is below min_sigma, or one is out of 0.5 to 50 pixels of the finest axis.

    Notes
    -----
    As `skimage.filters.frangi` at each scale, where `skimage.filters.sato` is above 0; of all scales the
    largest; α = β = 0.5, c half of the largest norm of the Hessian at that scale. A. F. Frangi,
    W. J. Niessen, K. L. Vincken and M. A. Viergever, Multiscale vessel enhancement filtering, MICCAI 1998,
    LNCS 1496, 130–137.
    """

    def measure(values: NDArray[np.float32], scales_px: list[float]) -> Pixels:
        strongest = np.zeros(values.shape, np.float32)
        # One by one: together the library takes c from the first scale, at which all the others are faint.
        for scale in scales_px:
            np.maximum(strongest, _answer(values if vessels == "dark" else -values, scale), out=strongest)
        return strongest

    return vesselness(image, measure, (min_sigma, max_sigma, scales))


def _answer(values: NDArray[np.float32], scale: float) -> NDArray[np.float32]:
    """Compute the measure of dark vessels at one scale, from the curvatures of the smoothed image."""
    hessian = feature.hessian_matrix(values, scale, mode="reflect", use_gaussian_derivatives=True)
    curvatures = feature.hessian_matrix_eigvals(hessian)  # the largest first
    # Along a line that is quite straight the library's measure doesn't tell a bright from a dark one.
    is_vessel = np.prod(np.maximum(curvatures[:-1], 0), axis=0) > 0
    along, *across = np.take_along_axis(curvatures, np.abs(curvatures).argsort(axis=0), axis=0)
    across = [np.maximum(curvature, _MIN_CURVATURE) for curvature in across]
    roundness = across[0] / across[-1] if len(across) > 1 else np.inf
    blobness = np.abs(along) / np.prod(across, axis=0) ** (1 / len(across))
    norm = np.sqrt((curvatures**2).sum(axis=0))
    half = norm.max() / 2 or 1
    answer = (
        (1 - np.exp(-(roundness**2) / _TWO_SQUARES))
        * np.exp(-(blobness**2) / _TWO_SQUARES)
        * (1 - np.exp(-(norm**2) / (2 * half**2)))
    )
    return np.asarray(np.where(is_vessel, answer, 0), np.float32)

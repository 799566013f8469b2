"""Regions flooded from markers."""

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.segmentation import watershed

from coronal import Image, LabelMap, Parameter, algorithm
from coronal_imaging.finite_values import finite_values
from coronal_imaging.region.smoothing import Smoothing, sigma_in_pixels
from coronal_imaging.threshold.foreground import foreground_mask

__all__ = ["marker_watershed"]

Relief = Literal["edges", "bright", "dark"]
Within = Literal["bright", "dark", "image"]


@algorithm
def marker_watershed(
    image: Image,
    labels: LabelMap,
    relief: Annotated[Relief, Parameter("What lies high, and is where floods meet.")] = "edges",
    within: Annotated[Within, Parameter("How far the floods go: over Otsu's foreground, or all.")] = "bright",
    smoothing: Smoothing = 1.0,
) -> LabelMap:
    """Flood an image from the objects that a stage before has left, until the floods meet.

    Each object grows over what is connected with it, and objects meet where the relief is highest: on the
    edge between two cells, or on the dark line between them. A volume is flooded as a volume, its gradient in
    mm. Of a colour image the luminance is taken, of other channels their mean. What is no number stays
    background.

    Parameters
    ----------
    image
        Of any meaning and unit.
    labels
        The markers, e.g. of `blobs`. Without any there is nothing to flood from.
    relief
        ``edges``: the gradient; ``bright``: bright lines part the objects; ``dark``: dark lines do.
    within
        ``bright`` or ``dark``: the markers and what lies on that side of Otsu's threshold; ``image``: all of
        it, which then belongs to one marker or another.
    smoothing
        Before the relief is made. In mm; in pixels where the image has no spacing.

    Returns
    -------
    LabelMap
        With the numbers and names of the markers.

    Raises
    ------
    BadParameter
        When smoothing is more than 100 pixels along an axis.

    Notes
    -----
    `skimage.segmentation.watershed`. S. Beucher and F. Meyer, The morphological approach to segmentation: the
    watershed transformation, in: Mathematical Morphology in Image Processing, Dekker, 1993.
    """
    sigma_px = sigma_in_pixels(image.spacing, smoothing)
    values = finite_values(image)
    if values is None:
        return labels
    smooth = ndimage.gaussian_filter(values.stretched(), sigma_px, mode="nearest")
    mask = np.ones(image.shape, np.bool_) if within == "image" else foreground_mask(image, within)
    markers = np.where(values.is_number, labels.labels, 0)
    mask = (mask | (markers > 0)) & values.is_number
    height = _relief(smooth, relief, image.spacing)
    flooded = watershed(height, markers, connectivity=image.dimensions, mask=mask)
    return LabelMap.of(image, np.asarray(flooded, np.int32), labels.names, are_objects=labels.are_objects)


def _relief(smooth: NDArray[np.float32], relief: Relief, spacing: tuple[float, ...]) -> NDArray[np.float32]:
    match relief:
        case "bright":
            return smooth
        case "dark":
            return -smooth
        case "edges":
            squares = np.zeros_like(smooth)
            for axis, step in enumerate(spacing):
                squares += (ndimage.sobel(smooth, axis) / step) ** 2
            return np.sqrt(squares)

"""Objects by their closed edges."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from coronal import Image, LabelMap, Parameter, algorithm
from coronal_imaging.finite_values import finite_values
from coronal_imaging.region.smoothing import Smoothing, sigma_in_pixels
from coronal_imaging.shapes.canny_edges import Contrast, canny_edges
from coronal_imaging.threshold.foreground import MinSize, connected_pieces

__all__ = ["edges"]

_CROSS = ndimage.generate_binary_structure(2, 1)


@algorithm
def edges(
    image: Image,
    smoothing: Smoothing = 1.0,
    contrast: Contrast = 0.1,
    gap: Annotated[
        float,
        Parameter("The widest gap in an edge that is bridged.", unit="mm or px", minimum=0, maximum=1000),
    ] = 2.0,
    min_size: MinSize = 0.0,
) -> LabelMap:
    """Find what is closed in by edges, brighter or darker than its ground.

    Canny's edges are found, gaps in them bridged, and what they close in is filled; edges that close nothing
    in are left out, and so is an object that the image's border cuts. The slices of a volume are searched one
    by one, and their objects connected across slices. Of a colour image the luminance is searched, of other
    channels their mean. Where values are no numbers there is no edge, and no object.

    Parameters
    ----------
    image
        Of any meaning and unit.
    smoothing
        More of it leaves out noise and small detail, and rounds corners. In mm; in pixels where the image has
        no spacing.
    contrast
        From 0 to 1: 0.1 finds steps of a tenth of the image's range. Less finds fainter objects, and noise.
    gap
        In mm or pixels as above. Objects as near to one another as this grow together.
    min_size
        Smaller objects are left out. In mm² (2-D) or mm³ (3-D), or in pixels.

    Returns
    -------
    LabelMap
        1, 2, 3 … in the order of the objects' first pixels. Pixels that touch by a corner are connected.

    Raises
    ------
    BadParameter
        When smoothing is more than 100 pixels along an axis.

    Notes
    -----
    `skimage.feature.canny`, `scipy.ndimage.binary_fill_holes`. J. Canny, A computational approach to edge
    detection, IEEE Trans. Pattern Anal. Mach. Intell. 8 (1986) 679–698.
    """
    sigma_px = sigma_in_pixels(image.spacing, smoothing)[-2:]
    values = finite_values(image)
    if values is None:
        return LabelMap.of(image, np.zeros(image.shape, np.int32))
    planes, numbers = (one.reshape(-1, *image.shape[-2:]) for one in (values.stretched(), values.is_number))
    mask = np.stack(
        [
            _closed_in(canny_edges(plane, is_number, sigma_px, contrast), gap, image.spacing[-2:]) & is_number
            for plane, is_number in zip(planes, numbers, strict=True)
        ]
    )
    return LabelMap.of(image, connected_pieces(image, mask.reshape(image.shape), min_size))


def _closed_in(lines: NDArray[np.bool_], gap: float, spacing: tuple[float, ...]) -> NDArray[np.bool_]:
    if not lines.any():
        return lines
    reach = gap / 2
    wide = ndimage.distance_transform_edt(~lines, sampling=spacing) <= reach
    filled = ndimage.binary_fill_holes(wide)
    if reach > 0 and not filled.all():
        filled = ndimage.distance_transform_edt(filled, sampling=spacing) > reach
    # What is left of an open edge is too thin to hold this cross.
    return np.asarray(ndimage.binary_opening(filled, _CROSS))

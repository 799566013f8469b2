"""The median of a neighbourhood."""

from scipy import ndimage

from coronal import Image, algorithm
from coronal_imaging.enhance.neighbourhood import Radius, neighbourhood
from coronal_imaging.finite_values import finite_pixels

__all__ = ["median"]


@algorithm
def median(image: Image, radius: Radius = 1.0) -> Image:
    """Replace each value by the median of its neighbourhood: specks go, edges stay.

    What its values mean stays, and so does their type: Hounsfield units stay whole Hounsfield units. The
    neighbourhood is a disc, in a volume a ball; where spacing differs among axes it is an ellipsoid in
    pixels, and an axis whose spacing is larger than the radius is left as it is. Channels are filtered one by
    one. Beyond the edge the nearest pixel is repeated.

    Parameters
    ----------
    image
        Of finite values.
    radius
        In mm; in pixels where the image has no spacing.

    Returns
    -------
    Image
        Of the same type; each value was one of the input's.

    Raises
    ------
    BadImage
        When a value is NaN or infinite.
    BadParameter
        When the box around the neighbourhood holds more than 10,000 pixels.

    Notes
    -----
    `scipy.ndimage.median_filter`, which is `skimage.filters.median` with ``behavior="ndimage"``.
    """
    middle = ndimage.median_filter(
        finite_pixels(image),
        footprint=neighbourhood(image, radius),
        mode="nearest",
    )
    return image.with_pixels(middle.astype(image.pixels.dtype, copy=False))

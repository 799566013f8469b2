"""Superpixels."""

from typing import Annotated

from skimage.segmentation import relabel_sequential
from skimage.segmentation import slic as superpixels

from coronal import Image, LabelMap, Meaning, Parameter, algorithm
from coronal_imaging.finite_values import finite_values
from coronal_imaging.region.partition import one_piece, smoothed
from coronal_imaging.region.smoothing import Smoothing, sigma_in_pixels

__all__ = ["slic"]

_LIGHTNESS = 100.0
"""How far white is from black in CIELAB, in which colours are compared; grey goes from 0 to 1."""


@algorithm
def slic(
    image: Image,
    count: Annotated[
        int, Parameter("About how many superpixels there are.", minimum=1, maximum=100_000)
    ] = 250,
    compactness: Annotated[
        float, Parameter("How much being near counts against being alike.", above=0, maximum=100)
    ] = 0.1,
    smoothing: Smoothing = 0.0,
) -> LabelMap:
    """Divide an image into superpixels: regions of about one size that follow its edges (SLIC).

    Every pixel belongs to one, the ground too: they are no objects yet, but what is measured and classified
    instead of pixels. Pieces of a volume are as large in mm along each axis. Colours are compared as seen
    (CIELAB), other channels side by side. What is no number belongs to none.

    Parameters
    ----------
    image
        Of any meaning and unit; it is stretched to 0–1.
    count
        At most as many as there are pixels.
    compactness
        Of no unit. 0.1 weighs a tenth of the image's range like the width of a superpixel; more makes them
        squarer.
    smoothing
        In mm; in pixels where the image has no spacing.

    Returns
    -------
    LabelMap
        1, 2, 3 …, each connected.

    Raises
    ------
    BadParameter
        When smoothing is more than 100 pixels along an axis.

    Notes
    -----
    `skimage.segmentation.slic`. R. Achanta, A. Shaji, K. Smith, A. Lucchi, P. Fua and S. Süsstrunk, SLIC
    superpixels compared to state-of-the-art superpixel methods, IEEE Trans. Pattern Anal. Mach. Intell. 34
    (2012) 2274–2282.
    """
    sigma_px = sigma_in_pixels(image.spacing, smoothing)
    values = finite_values(image, channels=True)
    if values is None:
        return one_piece(image)
    is_colour = image.meaning is Meaning.COLOUR and image.has_channels and values.pixels.shape[-1] == 3
    found = superpixels(
        smoothed(values, sigma_px),
        n_segments=min(count, values.is_number.size),
        compactness=compactness * (_LIGHTNESS if is_colour else 1.0),
        spacing=image.spacing,
        convert2lab=is_colour,
        mask=None if values.is_number.all() else values.is_number,
        channel_axis=image.channel_axis,
    )
    return LabelMap.of(image, relabel_sequential(found)[0])

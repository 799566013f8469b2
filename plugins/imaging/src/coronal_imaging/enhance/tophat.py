"""Small structures, without the ground that they stand on."""

from typing import Annotated, Literal

import numpy as np
from skimage.morphology import black_tophat, white_tophat

from coronal import Image, Parameter, algorithm
from coronal_imaging.channels import meaning_without_unit, without_opacity
from coronal_imaging.enhance.neighbourhood import Radius, neighbourhood
from coronal_imaging.finite_values import finite_pixels

__all__ = ["tophat"]

_BY_KIND = {"white": white_tophat, "black": black_tophat}


@algorithm
def tophat(
    image: Image,
    kind: Annotated[
        Literal["white", "black"], Parameter("Whether bright or dark structures are kept.")
    ] = "white",
    radius: Radius = 5.0,
) -> Image:
    """Keep the structures that are thinner than a disc or ball, and take away the ground below them.

    They are bright afterwards, the dark ones of a black top-hat too, on a ground of 0. The values are
    differences, no Hounsfield units any more. The disc is a ball in a volume; where spacing differs among
    axes it is an ellipsoid in pixels, and an axis whose spacing is larger than the radius is left as it is.
    Channels are filtered one by one; colour stays colour, without opacity. What lies beyond the edge doesn't
    count.

    Parameters
    ----------
    image
        Of finite values.
    kind
        ``white``: the image less its opening (`morphology`); ``black``: its closing less the image.
    radius
        More than half the width of the structures. In mm; in pixels where the image has no spacing.

    Returns
    -------
    Image
        float32, at least 0.

    Raises
    ------
    BadImage
        When a value is NaN or infinite.
    BadParameter
        When the box around the neighbourhood holds more than 10,000 pixels.

    Notes
    -----
    `skimage.morphology.white_tophat` and `black_tophat`, with ``mode="ignore"``. F. Meyer, Iterative image
    transformations for an automatic screening of cervical smears, J. Histochem. Cytochem. 27 (1979) 128–135.
    """
    # As float32, for a difference of two int16 isn't always one.
    pixels = without_opacity(image, finite_pixels(image)).astype(np.float32)
    small = _BY_KIND[kind](pixels, neighbourhood(image, radius), mode="ignore")
    return image.with_pixels(np.asarray(small), meaning=meaning_without_unit(image))

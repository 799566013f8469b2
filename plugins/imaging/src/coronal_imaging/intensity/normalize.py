"""Values brought to a common scale."""

from typing import Annotated, Literal

import numpy as np
from skimage.util import img_as_float32

from coronal import BadImage, BadParameter, Image, Meaning, Parameter, algorithm
from coronal.types.image import Pixels
from coronal_imaging.channels import each_channel, is_rgb
from coronal_imaging.finite_values import finite_pixels
from coronal_imaging.intensity.stretch import stretched

__all__ = ["normalize"]

Percent = Annotated[
    float,
    Parameter("Percentile that becomes 0 or 1 (method percentile).", unit="%", minimum=0, maximum=100),
]


@algorithm
def normalize(
    image: Image,
    method: Annotated[
        Literal["min-max", "z-score", "percentile", "type-range"],
        Parameter(
            "Smallest and largest to 0 and 1, mean and spread to 0 and 1, two percentiles to 0 and 1, or the "
            "largest number of the type to 1 (8 bits are divided by 255)."
        ),
    ] = "min-max",
    lower: Percent = 1.0,
    upper: Percent = 99.0,
) -> Image:
    """Normalize the values to a common scale, so that images can be compared.

    Its values mean mere intensity afterwards, Hounsfield units too. Colour stays colour, its three channels
    scaled as one so that no hue shifts, and its opacity left out; only its z-scores are no colour. Other
    channels are scaled one by one. A volume is scaled as a whole, not slice by slice. Of a constant image (or
    one whose two percentiles are the same value) all becomes 0, except by the range of its type. Padding
    counts for no scale.

    Parameters
    ----------
    image
        Of finite values.
    method
        ``min-max``: the smallest value becomes 0, the largest 1. ``z-score``: the mean becomes 0, the
        standard deviation (of the population) 1. ``percentile``: as min-max between two percentiles; what
        lies beyond is clipped. ``type-range``: whole numbers divided by the largest that their type can hold,
        255 for 8 bits and 65,535 for 16, whatever the image shows; negative ones end at -1.
    lower, upper
        The percentiles of the method ``percentile``, in percent.

    Returns
    -------
    Image
        float32; from 0 to 1, except z-scores, and numbers below 0 by the range of their type.

    Raises
    ------
    BadImage
        When a value is NaN or infinite, or the range of the type is asked for and the values are no whole
        numbers: a float's has no end.
    BadParameter
        When upper isn't above lower.

    Notes
    -----
    `skimage.exposure.rescale_intensity`, `numpy.percentile` with linear interpolation, the formula of
    `scipy.stats.zscore`, its mean and deviation in float64, and `skimage.util.img_as_float32`.
    """
    if method == "percentile" and upper <= lower:
        raise BadParameter("upper", found=f"{upper:g}", allowed=f"> lower ({lower:g})")

    def scaled(pixels: Pixels) -> Pixels:
        match method:
            case "min-max":
                counted = image.inside(pixels)
                low, high = float(counted.min()), float(counted.max())
                return stretched(pixels, low, high, is_within=image.valid is None)
            case "z-score":
                return _z_scores(pixels, image.inside(pixels))
            case "percentile":
                return stretched(pixels, *map(float, np.percentile(image.inside(pixels), [lower, upper])))
            case "type-range":
                return np.asarray(img_as_float32(pixels))

    pixels = _whole_numbers(image) if method == "type-range" else finite_pixels(image)
    if is_rgb(image):
        meaning = Meaning.INTENSITY if method == "z-score" else Meaning.COLOUR
        return image.with_pixels(scaled(pixels[..., :3]), meaning=meaning)
    return image.with_pixels(each_channel(image, pixels, scaled), meaning=Meaning.INTENSITY)


def _whole_numbers(image: Image) -> Pixels:
    if image.pixels.dtype.kind == "f":
        raise BadImage(
            f"type-range is of whole numbers, found {image.pixels.dtype}: take min-max, or do it before the "
            "stage that made them so"
        )
    return image.pixels


def _z_scores(pixels: Pixels, counted: Pixels) -> Pixels:
    scores = np.zeros(pixels.shape, np.float32)
    deviation = counted.std(dtype=np.float64)
    # A constant's deviation isn't always 0 in floating point, nor that of a tiny spread always above it.
    if deviation > 0 and counted.min() < counted.max():
        np.subtract(pixels, counted.mean(dtype=np.float64), out=scores, casting="same_kind")
        scores /= deviation
    return scores

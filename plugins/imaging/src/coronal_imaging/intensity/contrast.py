"""Contrast, by a straight line."""

from typing import Annotated

from coronal import Image, Parameter, algorithm
from coronal.types.image import Pixels
from coronal_imaging.intensity.stretch import stretched
from coronal_imaging.intensity.tones import Tones, toned

__all__ = ["contrast"]


@algorithm
def contrast(
    image: Image,
    factor: Annotated[
        float,
        Parameter("How many times further tones lie from the middle.", minimum=0.01, maximum=100),
    ] = 1.5,
    middle: Annotated[
        float | None,
        Parameter("The tone that stays; by default the image's mean.", minimum=0, maximum=1),
    ] = None,
) -> Image:
    """Stretch the contrast around a middle tone, and clip what is stretched beyond black or white.

    Where `normalize` finds the ends that become 0 and 1 in the image's values, this spreads what lies around
    a tone, and gives up the ends for it. A factor below 1 takes contrast away. Its values mean mere intensity
    afterwards, Hounsfield units too. The colours of RGB are stretched as one, without opacity; other channels
    one by one. A volume is stretched as a whole, not slice by slice.

    Parameters
    ----------
    image
        Of finite values. 8 bits are tones from 0 to 255, other values from the smallest to the largest.
    factor
        The slope of the line, of no unit; 1 changes no tone.
    middle
        From 0 (black) to 1 (white).

    Returns
    -------
    Image
        float32, from 0 to 1.

    Raises
    ------
    BadImage
        When a value is NaN or infinite.

    Notes
    -----
    `skimage.exposure.rescale_intensity`, from ``middle - middle / factor`` to
    ``middle + (1 - middle) / factor``.
    """

    def steeper(tones: Tones) -> Pixels:
        stays = float(image.inside(tones).mean(dtype="float64")) if middle is None else middle
        return stretched(tones, stays - stays / factor, stays + (1 - stays) / factor)

    return toned(image, steeper)

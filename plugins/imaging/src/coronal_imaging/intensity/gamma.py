"""Dark or bright tones, spread by a power."""

from typing import Annotated

from coronal import Image, Parameter, algorithm
from coronal_imaging.intensity.tones import toned

__all__ = ["gamma"]


@algorithm
def gamma(
    image: Image,
    gamma: Annotated[
        float,
        Parameter("The power that tones are raised to; below 1 it brightens.", minimum=0.01, maximum=100),
    ] = 0.5,
) -> Image:
    """Stretch the dark tones by a power below 1, or the bright ones by a power above 1.

    Black and white stay, and nothing is clipped. Its values mean mere intensity afterwards, Hounsfield units
    too. Colour stays colour, without opacity, though it gets paler or deeper; other channels are changed one
    by one. A volume is changed as a whole.

    Parameters
    ----------
    image
        Of finite values. 8 bits are tones from 0 to 255, other values from the smallest to the largest.
    gamma
        Of no unit; 1 changes no tone.

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
    `skimage.exposure.adjust_gamma` of the tones.
    """
    return toned(image, lambda tones: tones**gamma)

"""Brightness, by a shift."""

from typing import Annotated

import numpy as np

from coronal import Image, Parameter, algorithm
from coronal.types.image import Pixels
from coronal_imaging.intensity.tones import Tones, toned

__all__ = ["brightness"]


@algorithm
def brightness(
    image: Image,
    shift: Annotated[
        float,
        Parameter("What is added to each tone, as a part of the way to white.", minimum=-1, maximum=1),
    ] = 0.2,
) -> Image:
    """Make an image brighter or darker by the same amount everywhere, and clip at white and black.

    Differences stay as they are where nothing is clipped; `gamma` clips nothing instead. Its values mean mere
    intensity afterwards, Hounsfield units too. Colour stays colour, without opacity; other channels are
    shifted one by one. A volume is shifted as a whole.

    Parameters
    ----------
    image
        Of finite values. 8 bits are tones from 0 to 255, other values from the smallest to the largest.
    shift
        Of no unit: 1 makes all white, -1 all black, 0 changes no tone.

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
    A sum and `numpy.clip`.
    """

    def shifted(tones: Tones) -> Pixels:
        tones += np.float32(shift)
        return np.clip(tones, 0.0, 1.0, out=tones)

    return toned(image, shifted)

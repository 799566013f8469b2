"""Dark tones, spread by a logarithm."""

import math
from typing import Annotated

import numpy as np

from coronal import Image, Parameter, algorithm
from coronal.types.image import Pixels
from coronal_imaging.intensity.tones import Tones, toned

__all__ = ["log"]


@algorithm
def log(
    image: Image,
    strength: Annotated[
        float,
        Parameter(
            "How many times steeper the curve is at black than at white, less 1.", minimum=0.01, maximum=1e6
        ),
    ] = 10.0,
    inverse: Annotated[bool, Parameter("Whether bright tones are spread instead: what undoes it.")] = False,
) -> Image:
    """Stretch the dark tones by a logarithm, so that faint things are seen beside very bright ones.

    Black and white stay, and nothing is clipped. Its values mean mere intensity afterwards, Hounsfield units
    too. Colour stays colour, without opacity, though it gets paler; other channels are changed one by one. A
    volume is changed as a whole.

    Parameters
    ----------
    image
        Of finite values. 8 bits are tones from 0 to 255, other values from the smallest to the largest.
    strength
        Of no unit. Photographs want 1 to 10; what spans many powers of ten, as a spectrum does, 1000 or more.
    inverse
        True gives the exponential curve of the same strength.

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
    ``log(1 + strength * tone) / log(1 + strength)``; of strength 1 it is `skimage.exposure.adjust_log`. R. C.
    Gonzalez and R. E. Woods, Digital Image Processing, Pearson, 2018, section 3.2.
    """

    def curve(tones: Tones) -> Pixels:
        at_white = math.log1p(strength)
        before, change, after = (at_white, np.expm1, strength) if inverse else (strength, np.log1p, at_white)
        tones *= before
        change(tones, out=tones)
        tones /= after
        return tones

    return toned(image, curve)

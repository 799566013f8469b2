"""Contrast, by a curve that is steep in the middle."""

from typing import Annotated

import numpy as np

from coronal import Image, Parameter, algorithm
from coronal.types.image import Pixels
from coronal_imaging.intensity.tones import Tones, toned

__all__ = ["sigmoid"]


@algorithm
def sigmoid(
    image: Image,
    cutoff: Annotated[float, Parameter("The tone that becomes the middle grey.", minimum=0, maximum=1)] = 0.5,
    gain: Annotated[float, Parameter("How steep the curve is there.", minimum=0, maximum=50)] = 10.0,
) -> Image:
    """Stretch the tones around a cutoff by a sigmoid curve, and compress those far from it.

    As `contrast`, but soft: nothing is clipped, and the ends come near to black and white without reaching
    them. Its values mean mere intensity afterwards, Hounsfield units too. Colour stays colour, without
    opacity; other channels are changed one by one. A volume is changed as a whole.

    Parameters
    ----------
    image
        Of finite values. 8 bits are tones from 0 to 255, other values from the smallest to the largest.
    cutoff
        From 0 (black) to 1 (white).
    gain
        Of no unit: the slope is a quarter of it. 50 nearly is a threshold; 0 makes all a middle grey.

    Returns
    -------
    Image
        float32, between 0 and 1.

    Raises
    ------
    BadImage
        When a value is NaN or infinite.

    Notes
    -----
    `skimage.exposure.adjust_sigmoid` of the tones. G. J. Braun and M. D. Fairchild, Image lightness rescaling
    using sigmoidal contrast enhancement functions, J. Electron. Imaging 8 (1999) 380–393.
    """

    def curve(tones: Tones) -> Pixels:
        np.subtract(cutoff, tones, out=tones)
        tones *= gain
        np.exp(tones, out=tones)
        tones += 1
        return np.reciprocal(tones, out=tones)

    return toned(image, curve)

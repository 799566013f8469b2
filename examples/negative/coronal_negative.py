"""A filter that turns an image into its negative: the whole package is this file."""

from typing import Annotated

import numpy as np

from coronal import Image, Meaning, Parameter, algorithm


@algorithm
def negative(
    image: Image,
    strength: Annotated[
        float, Parameter("How far: 0 leaves the image as it is, 1 is its negative.", minimum=0, maximum=1)
    ] = 1.0,
) -> Image:
    """Turn bright into dark and dark into bright, within the range of the image.

    Colour stays colour; other values mean mere intensity afterwards, Hounsfield units too.
    """
    values = image.pixels.astype(np.float32)
    turned = values.min() + values.max() - values
    is_colour = image.meaning is Meaning.COLOUR
    return image.with_pixels(
        values + np.float32(strength) * (turned - values),
        meaning=Meaning.COLOUR if is_colour else Meaning.INTENSITY,
    )

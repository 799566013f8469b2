"""What a filter that looks for something answers at each pixel: how much of it is there."""

from collections.abc import Callable

from coronal import Image, Meaning
from coronal.types.image import Pixels
from coronal_imaging.channels import each_channel, is_rgb
from coronal_imaging.finite_values import finite_pixels

__all__ = ["response"]


def response(image: Image, measure: Callable[[Pixels], Pixels]) -> Image:
    """Measure something at each pixel of each channel; of a colour image, in its luminance.

    Parameters
    ----------
    image
        Of finite values.
    measure
        Takes and gives an array of the image's spatial shape.

    Returns
    -------
    Image
        Mere intensity: an edge in Hounsfield units isn't itself one of so many. Of a colour image there is
        one channel.

    Raises
    ------
    BadImage
        When a value is NaN or infinite.

    Examples
    --------
    >>> import numpy as np
    >>> rgb = Image(np.zeros((4, 5, 3)), has_channels=True, meaning=Meaning.COLOUR)
    >>> response(rgb, np.abs).axes
    'yx'
    """
    pixels = finite_pixels(image)
    answer = measure(image.grey()) if is_rgb(image) else each_channel(image, pixels, measure)
    return image.with_pixels(answer, meaning=Meaning.INTENSITY)

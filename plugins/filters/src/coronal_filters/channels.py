"""What channels are to a filter: a colour that stays together, or images that lie side by side."""

from collections.abc import Callable

import numpy as np

from coronal import Image, Meaning
from coronal.image import Pixels

__all__ = ["each_channel", "is_rgb"]


def is_rgb(image: Image) -> bool:
    """Tell whether the channels are red, green, blue and perhaps opacity."""
    return image.has_channels and image.meaning is Meaning.COLOUR and image.pixels.shape[-1] in (3, 4)


def each_channel(image: Image, pixels: Pixels, change: Callable[[Pixels], Pixels]) -> Pixels:
    """Change each channel on its own, as though it were an image of one channel.

    Parameters
    ----------
    image
        Tells whether there are channels.
    pixels
        Its pixels.
    change
        Takes and gives an array of the image's spatial shape.
    """
    if not image.has_channels:
        return change(pixels)
    return np.stack([change(pixels[..., channel]) for channel in range(pixels.shape[-1])], axis=-1)

"""What channels are to a filter: a colour that stays together, or images that lie side by side."""

from collections.abc import Callable

import numpy as np

from coronal import Image, Meaning
from coronal.types.image import Pixels

__all__ = ["each_channel", "is_rgb", "meaning_without_unit", "without_opacity"]


def is_rgb(image: Image) -> bool:
    """Return whether the channels are red, green, blue and perhaps opacity."""
    return image.has_channels and image.meaning is Meaning.COLOUR and image.pixels.shape[-1] in (3, 4)


def without_opacity(image: Image, pixels: Pixels) -> Pixels:
    """Return the red, green and blue of a colour image's pixels, and any other image's as they are."""
    return pixels[..., :3] if is_rgb(image) else pixels


def meaning_without_unit(image: Image) -> Meaning:
    """Return what values mean that have lost their unit: colour stays colour, all else is mere intensity."""
    return Meaning.COLOUR if is_rgb(image) else Meaning.INTENSITY


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

"""PNG: planes of 8 or 16 bits, without loss."""

import imagecodecs
import numpy as np

from coronal import Image, Meaning
from coronal.types.image import Pixels

__all__ = ["encode_png", "holds", "png_bytes"]


def holds(image: Image) -> bool:
    """Return whether PNG holds an image as it is: a plane, grey of bool, uint8 or uint16, or RGB of uint8."""
    if image.dimensions != 2:
        return False
    if image.has_channels:
        is_rgb = image.meaning is Meaning.COLOUR and image.pixels.shape[-1] == 3
        return is_rgb and image.pixels.dtype == np.uint8
    return image.pixels.dtype in (np.bool_, np.uint8, np.uint16)


def png_bytes(image: Image) -> bytes:
    """Encode an image that PNG holds; bool becomes 0 and 255."""
    pixels = image.pixels
    if pixels.dtype == np.bool_:
        pixels = pixels.astype(np.uint8) * np.uint8(255)
    return encode_png(pixels)


def encode_png(pixels: Pixels) -> bytes:
    """Encode pixels, fast rather than small: a label map in a quarter of the time of Pillow's default.

    Each row is stored as its difference from the row above. To choose the best filter for each row would take
    twice the time, for 1 % fewer bytes of a picture.

    Parameters
    ----------
    pixels
        Shape (y, x) or (y, x, 3); uint8 or uint16, in colour uint8.
    """
    return bytes(
        imagecodecs.png_encode(np.ascontiguousarray(pixels), level=1, filter=imagecodecs.PNG.FILTER.UP)
    )

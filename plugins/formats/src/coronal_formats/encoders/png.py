"""PNG: planes of 8 or 16 bits, without loss."""

from io import BytesIO

import numpy as np
import PIL.Image

from coronal import Image, Meaning

__all__ = ["holds", "png_bytes"]


def holds(image: Image) -> bool:
    """Tell whether PNG holds an image as it is: a plane, grey of bool, uint8 or uint16, or RGB of uint8."""
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
    buffer = BytesIO()
    PIL.Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, "PNG")
    return buffer.getvalue()

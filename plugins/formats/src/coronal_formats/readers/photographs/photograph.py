"""What PNG and JPEG share: opening with Pillow, on guard, and the pixels as an image."""

import warnings
from dataclasses import replace
from typing import IO

import numpy as np
import PIL.Image
import PIL.ImageFile

from coronal import BadImage, Image, ImageProperties, Meaning, ReadLimits
from coronal_formats.readers.common.declared_size import declared_size
from coronal_formats.readers.common.decoding import decoding

__all__ = ["image_of", "labels_of", "open_as", "orientation_of", "properties_of"]

_ORIENTATION = 0x0112

_SCALED_GREY = {"L;2": 85, "L;4": 17}
"""By how much Pillow multiplies the samples of grey of 2 and of 4 bits."""

_PLAIN_MODE = {"1": "L", "LA": "L", "P": "RGB", "RGBA": "RGB", "CMYK": "RGB"}


def open_as(file: IO[bytes], format_name: str, limits: ReadLimits) -> PIL.ImageFile.ImageFile:
    """Open a file with one decoder of Pillow and no other; nothing but the header is read.

    Call it inside `coronal_formats.readers.common.decoding.decoding`.

    Raises
    ------
    BadImage
        When the header declares more values than the limits allow, or so many pixels that Pillow takes it
        for a decompression bomb.
    """
    warnings.simplefilter("error", PIL.Image.DecompressionBombWarning)
    rows, columns = declared_size(file) or (0, 0)
    file.seek(0)
    try:
        opened = PIL.Image.open(file, formats=[format_name])
    except (PIL.Image.DecompressionBombWarning, PIL.Image.DecompressionBombError) as bomb:
        raise BadImage(
            f"a {format_name} file may have at most {PIL.Image.MAX_IMAGE_PIXELS:,} pixels, "
            f"found {rows:,} × {columns:,}"
        ) from bomb
    limits.check_values(f"{format_name} file", opened.height, opened.width, len(opened.getbands()))
    return opened


def orientation_of(opened: PIL.ImageFile.ImageFile) -> object:
    """Read which way a picture lies from its EXIF or XMP block; None where it doesn't tell.

    Raises
    ------
    BadImage
        When the block can't be read.
    """
    with decoding(f"EXIF block of a {opened.format} file"):
        return opened.getexif().get(_ORIENTATION)


def image_of(opened: PIL.Image.Image) -> Image:
    """Decode the pixels.

    Returns
    -------
    Image
        Grey: (y, x), uint8 or uint16. Colour: (y, x, 3), uint8. A palette is looked up. Opacity is left
        out: the colours beneath stay as they are stored, as nothing that was measured may depend on it. No
        spacing: the density of such a file is that of a print (72 or 96 where a program knows none).
    """
    pixels = np.asarray(opened.convert(_PLAIN_MODE.get(opened.mode, opened.mode)))
    if pixels.ndim == 2:
        return Image(pixels)
    return Image(pixels, has_channels=True, meaning=Meaning.COLOUR)


def properties_of(opened: PIL.ImageFile.ImageFile) -> ImageProperties:
    """Return the properties of the image that `image_of` decodes, by its size and mode alone."""
    pixel = image_of(PIL.Image.new(opened.mode, (1, 1)))
    return replace(ImageProperties.of(pixel), shape=(opened.height, opened.width))


def labels_of(opened: PIL.ImageFile.ImageFile) -> Image:
    """Decode the samples as they are stored, where they are numbers of labels and no brightness.

    Returns
    -------
    Image
        Of a palette the index, as `Meaning.INDEX`; of grey of 1, 2 or 4 bits the number from 0 to 1, 3 or 15.
        Else as `image_of`.
    """
    raw_mode = opened.tile[0].args
    if opened.mode == "P":
        return Image(np.asarray(opened), meaning=Meaning.INDEX)
    if opened.mode == "1":
        return Image(np.asarray(opened))
    if isinstance(raw_mode, str) and raw_mode in _SCALED_GREY:
        return Image(np.asarray(opened) // _SCALED_GREY[raw_mode])
    return image_of(opened)

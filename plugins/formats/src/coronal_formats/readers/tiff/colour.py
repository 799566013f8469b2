"""What the numbers of a TIFF file mean to the eye: white and black, palettes, colours and opacity."""

import numpy as np
from tifffile import COMPRESSION, EXTRASAMPLE, PHOTOMETRIC, TiffPage

from coronal import BadImage, Geometry, Image, Meaning
from coronal.types.image import Pixels, supported
from coronal_formats.readers.tiff.header import name_of

__all__ = ["check_colour", "image_of"]

_PLAIN = (PHOTOMETRIC.MINISBLACK, PHOTOMETRIC.MINISWHITE, PHOTOMETRIC.RGB, PHOTOMETRIC.PALETTE)
_DECODED_TO_RGB = (COMPRESSION.JPEG, COMPRESSION.OJPEG)
_OPACITIES = (EXTRASAMPLE.ASSOCALPHA, EXTRASAMPLE.UNASSALPHA)


def check_colour(page: TiffPage) -> None:
    """Check, before anything is decoded, that the pixels are of a kind that is read.

    Raises
    ------
    BadImage
        When they are CMYK, CIE L*a*b*, a colour filter array or the like.
    """
    is_decoded = page.photometric == PHOTOMETRIC.YCBCR and page.compression in _DECODED_TO_RGB
    if page.photometric not in _PLAIN and not is_decoded:
        raise BadImage(
            "a TIFF file must be grey, RGB or of a palette, or YCbCr in JPEG, found the photometric "
            f"interpretation {name_of(PHOTOMETRIC, page.photometric)} and the compression "
            f"{name_of(COMPRESSION, page.compression)}"
        )


def image_of(page: TiffPage, pixels: Pixels, geometry: Geometry, *, has_channels: bool) -> Image:
    """Make the image.

    Parameters
    ----------
    page
        The page that tells what the numbers mean.
    pixels
        Shape (y, x) or (z, y, x), with the channels as last axis where `has_channels`.
    geometry
        Where they lie.
    has_channels
        Whether there is an axis of channels.

    Returns
    -------
    Image
        Of the file's own number type; a palette is looked up (uint8 colour), 0 for white is turned round,
        opacity is left out.

    Raises
    ------
    BadImage
        When 0 is white in numbers that have no greatest one.
    """
    if page.photometric == PHOTOMETRIC.PALETTE:
        return Image(_looked_up(page, pixels), geometry, has_channels=True, meaning=Meaning.COLOUR)
    if page.photometric == PHOTOMETRIC.MINISWHITE:
        pixels = _turned_round(page, pixels)
    if not has_channels:
        return Image(pixels, geometry)
    if page.photometric in (PHOTOMETRIC.RGB, PHOTOMETRIC.YCBCR) and pixels.shape[-1] in (3, 4):
        return Image(pixels[..., :3], geometry, has_channels=True, meaning=Meaning.COLOUR)
    if pixels.shape[-1] == 2 and set(page.extrasamples) & set(_OPACITIES):
        return Image(pixels[..., 0], geometry)
    return Image(pixels, geometry, has_channels=True)


def _looked_up(page: TiffPage, pixels: Pixels) -> Pixels:
    if page.colormap is None:
        raise BadImage("a TIFF file of a palette must hold its colours, found none")
    colours = np.asarray(page.colormap).T
    table = (colours // 257 if colours.dtype == np.uint16 else colours).astype(np.uint8)
    places = supported(pixels)  # those of one bit come as bool, which chooses and doesn't count
    if places.dtype.kind != "u":
        raise BadImage(f"a TIFF file of a palette must hold unsigned whole numbers, found {pixels.dtype}")
    return np.asarray(table[places])


def _turned_round(page: TiffPage, pixels: Pixels) -> Pixels:
    if pixels.dtype == np.bool_:
        return np.logical_not(pixels)
    if pixels.dtype.kind != "u":
        raise BadImage(f"a TIFF file where 0 is white must hold unsigned whole numbers, found {pixels.dtype}")
    return np.subtract(np.array(2**page.bitspersample - 1, pixels.dtype), pixels)

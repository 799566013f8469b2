"""The numbers of a TIFF file that holds labels: as they are stored, and not as they are seen."""

from tifffile import COMPRESSION, PHOTOMETRIC, TiffPage

from coronal import BadImage, Geometry, Image, Meaning
from coronal.types.image import Pixels
from coronal_formats.readers.tiff.colour import image_of

__all__ = ["labels_of"]

_LOSSLESS = frozenset(
    {
        COMPRESSION.NONE,
        COMPRESSION.CCITTRLE,
        COMPRESSION.CCITTFAX3,
        COMPRESSION.CCITTFAX4,
        COMPRESSION.LZW,
        COMPRESSION.ADOBE_DEFLATE,
        COMPRESSION.DEFLATE,
        COMPRESSION.PACKBITS,
        COMPRESSION.LZMA,
        COMPRESSION.PNG,
        COMPRESSION.ZSTD,
    }
)
"""Those that always give back what went in; JPEG 2000 may have dropped layers, and its header doesn't
say so."""


def labels_of(page: TiffPage, pixels: Pixels, geometry: Geometry, *, has_channels: bool) -> Image:
    """Make the image of labels; the parameters are those of `coronal_formats.readers.tiff.colour.image_of`.

    Returns
    -------
    Image
        Of a palette the index, as `Meaning.INDEX`. Else as `image_of`: a mask of one bit is 1 where it is
        white.

    Raises
    ------
    BadImage
        When the compression may have changed numbers, or 0 is white in numbers of several bits: whether the
        background is the number 0 or what is black, nothing tells.
    """
    if page.compression not in _LOSSLESS:
        raise BadImage(
            "a label map must be compressed in a way that always keeps each number, such as deflate or "
            "LZW, found "
            f"the TIFF compression {page.compression!s}"
        )
    if page.photometric == PHOTOMETRIC.PALETTE and not has_channels:
        return Image(pixels, geometry, meaning=Meaning.INDEX)
    if page.photometric == PHOTOMETRIC.MINISWHITE and page.bitspersample > 1:
        raise BadImage(
            "a label map in a TIFF file must have 0 as black (the photometric interpretation MINISBLACK), "
            "found 0 as "
            "white"
        )
    return image_of(page, pixels, geometry, has_channels=has_channels)

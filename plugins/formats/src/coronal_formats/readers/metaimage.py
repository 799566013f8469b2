"""The reader of MetaImage."""

from dataclasses import replace
from pathlib import Path

from coronal import BadImage, Image, ReadLimits, Signature, reader
from coronal_formats.beside import Alone, Beside
from coronal_formats.bounded_file import BoundedFile
from coronal_formats.components import are_colours, image_of_numbers
from coronal_formats.data_file import DataFile, read_numbers
from coronal_formats.decoding import check_head, decoding
from coronal_formats.readers.metaimage_files import files_of, storage_of
from coronal_formats.readers.metaimage_header import WHAT, Fields, read_fields
from coronal_formats.readers.metaimage_place import geometry_of

__all__ = ["metaimage", "read_metaimage"]


@reader(
    media_type="application/x-metaimage",
    suffixes=(".mha", ".mhd"),
    signatures=tuple(Signature.at(0, first) for first in (b"ObjectType", b"NDims", b"Comment =")),
)
def metaimage(path: Path, limits: ReadLimits) -> Image:
    """MetaImage of ITK: a plane or a volume of numbers or colours, raw, compressed or as text.

    A header whose pixels are in other files (``.mhd``) comes with them in a zip.
    """
    with BoundedFile(path.open("rb", buffering=0)) as file:
        check_head(file, metaimage.spec)
        with decoding(WHAT):
            return read_metaimage(DataFile.of(file), Alone(WHAT), limits)


def read_metaimage(own: DataFile, beside: Beside, limits: ReadLimits) -> Image:
    """Read a MetaImage.

    Parameters
    ----------
    own
        The file of the header; the pixels may follow it.
    beside
        Where its data files are.
    limits
        How large the image may be.

    Raises
    ------
    UnknownFormat
        When it is none.
    BadImage
        When it is broken, over the limits, or no plane or volume of numbers or colours.
    """
    with own.opened() as file:
        fields, listed = read_fields(file)
        own = replace(own, start=file.tell())
    sizes, channels = _sizes(fields), fields.whole("ElementNumberOfChannels", 1)
    storage = storage_of(fields)
    limits.check_values(WHAT, *sizes, channels)
    if channels != 1 and not are_colours(channels, storage.dtype):
        raise BadImage(
            f"a {WHAT} must have one number for each element, or a colour of 3 or 4 of MET_UCHAR, "
            f"found {channels} of {fields['ElementType']}"
        )
    shape = (*sizes[::-1], *([channels] if channels > 1 else []))
    stored = read_numbers(WHAT, files_of(fields, listed, own, beside), shape, storage)
    return image_of_numbers(stored, geometry_of(fields, len(sizes)), has_components=channels > 1)


def _sizes(fields: Fields) -> tuple[int, ...]:
    found = fields.wholes("DimSize", fields.dimensions)
    if len(found) < 2 or min(found) < 1 or max(found[3:], default=1) > 1:
        raise BadImage(f"a {WHAT} must hold a plane (x, y) or a volume (x, y, z), found the size {found}")
    return found[:3]

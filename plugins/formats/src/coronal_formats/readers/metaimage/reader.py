"""The reader of MetaImage."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from coronal import BadImage, Image, ImageProperties, ReadLimits, Signature, reader
from coronal_formats.readers.common.companion_files import Beside, sent_alone
from coronal_formats.readers.common.components import are_colours, image_of_numbers
from coronal_formats.readers.common.data_file import DataFile
from coronal_formats.readers.common.declared_image import DeclaredImage
from coronal_formats.readers.metaimage.files import files_of, storage_of
from coronal_formats.readers.metaimage.header import WHAT, Fields, read_fields
from coronal_formats.readers.metaimage.place import geometry_of

__all__ = ["declared_metaimage", "metaimage"]


@reader(
    media_type="application/x-metaimage",
    suffixes=(".mha", ".mhd"),
    signatures=tuple(Signature.at(0, first) for first in (b"ObjectType", b"NDims", b"Comment =")),
)
def metaimage(path: Path, limits: ReadLimits) -> Image:
    """MetaImage of ITK: a plane or a volume of numbers or colours, raw, compressed or as text.

    A header whose pixels are in other files (``.mhd``) comes with them in a zip.
    """
    with sent_alone(path, metaimage.spec, WHAT) as (own, beside):
        return declared_metaimage(own, beside, limits).image()


@metaimage.header
def _properties(path: Path, limits: ReadLimits) -> ImageProperties:
    with sent_alone(path, metaimage.spec, WHAT) as (own, beside):
        return declared_metaimage(own, beside, limits).properties()


def declared_metaimage(own: DataFile, beside: Beside, limits: ReadLimits) -> DeclaredImage:
    """Read the header of a MetaImage.

    Parameters
    ----------
    own, beside
        As `coronal_formats.readers.common.companion_files.sent_alone` gives them.
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
    has_components = channels > 1
    geometry = geometry_of(fields, len(sizes))

    def to_image(stored: NDArray[Any]) -> Image:
        return image_of_numbers(stored, geometry, has_components=has_components)

    return DeclaredImage(
        what=WHAT,
        shape=sizes[::-1],
        stored_shape=(*sizes[::-1], *([channels] if has_components else [])),
        components=len(sizes) if has_components else None,
        files=files_of(fields, listed, own, beside),
        storage=storage,
        to_image=to_image,
    )


def _sizes(fields: Fields) -> tuple[int, ...]:
    found = fields.wholes("DimSize", fields.dimensions)
    if len(found) < 2 or min(found) < 1 or max(found[3:], default=1) > 1:
        raise BadImage(f"a {WHAT} must hold a plane (x, y) or a volume (x, y, z), found the size {found}")
    return found[:3]

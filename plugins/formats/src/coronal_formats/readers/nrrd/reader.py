"""The reader of NRRD."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from coronal import Image, ImageProperties, ReadLimits, Signature, reader
from coronal_formats.readers.common.companion_files import Beside, sent_alone
from coronal_formats.readers.common.components import image_of_numbers
from coronal_formats.readers.common.data_file import DataFile
from coronal_formats.readers.common.declared_image import DeclaredImage
from coronal_formats.readers.nrrd.axes import axes_of
from coronal_formats.readers.nrrd.files import files_of, storage_of
from coronal_formats.readers.nrrd.header import MAGIC, WHAT, read_fields
from coronal_formats.readers.nrrd.place import geometry_of

__all__ = ["declared_nrrd", "nrrd"]


@reader(
    media_type="application/x-nrrd",
    suffixes=(".nrrd", ".nhdr"),
    signatures=(Signature.at(0, MAGIC),),
)
def nrrd(path: Path, limits: ReadLimits) -> Image:
    """NRRD (nearly raw raster data): a plane or a volume of numbers or colours, raw, compressed or as text.

    A header whose pixels are in other files (``.nhdr``) comes with them in a zip.
    """
    with sent_alone(path, nrrd.spec, WHAT) as (own, beside):
        return declared_nrrd(own, beside, limits).image()


@nrrd.header
def _properties(path: Path, limits: ReadLimits) -> ImageProperties:
    with sent_alone(path, nrrd.spec, WHAT) as (own, beside):
        return declared_nrrd(own, beside, limits).properties()


def declared_nrrd(own: DataFile, beside: Beside, limits: ReadLimits) -> DeclaredImage:
    """Read the header of a NRRD file.

    Parameters
    ----------
    own, beside
        As `coronal_formats.readers.common.companion_files.sent_alone` gives them.
    limits
        How large the image may be.

    Raises
    ------
    BadImage
        When it is broken, over the limits, or no plane or volume of numbers or colours.
    """
    with own.opened() as file:
        fields, listed = read_fields(file)
        own = replace(own, start=file.tell())
    storage = storage_of(fields, limits)
    limits.check_values(WHAT, *fields.sizes)
    axes = axes_of(fields, storage.dtype)
    geometry = geometry_of(fields, axes)
    sizes = fields.sizes

    def to_image(stored: NDArray[Any]) -> Image:
        return image_of_numbers(axes.arranged(stored), geometry, has_components=axes.colour is not None)

    return DeclaredImage(
        what=WHAT,
        shape=tuple(sizes[place] for place in axes.space[::-1]),
        stored_shape=sizes[::-1],
        components=None if axes.colour is None else len(sizes) - 1 - axes.colour,
        files=files_of(fields, listed, own, beside),
        storage=storage,
        to_image=to_image,
    )

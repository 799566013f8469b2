"""The reader of NRRD."""

from dataclasses import replace
from pathlib import Path

from coronal import Image, ReadLimits, Signature, reader
from coronal_formats.beside import Alone, Beside
from coronal_formats.bounded_file import BoundedFile
from coronal_formats.components import image_of_numbers
from coronal_formats.data_file import DataFile, read_numbers
from coronal_formats.decoding import check_head, decoding
from coronal_formats.readers.nrrd_axes import axes_of
from coronal_formats.readers.nrrd_files import files_of, storage_of
from coronal_formats.readers.nrrd_header import MAGIC, WHAT, read_fields
from coronal_formats.readers.nrrd_place import geometry_of

__all__ = ["nrrd", "read_nrrd"]


@reader(
    media_type="application/x-nrrd",
    suffixes=(".nrrd", ".nhdr"),
    signatures=(Signature.at(0, MAGIC),),
)
def nrrd(path: Path, limits: ReadLimits) -> Image:
    """NRRD (nearly raw raster data): a plane or a volume of numbers or colours, raw, compressed or as text.

    A header whose pixels are in other files (``.nhdr``) comes with them in a zip.
    """
    with BoundedFile(path.open("rb", buffering=0)) as file:
        check_head(file, nrrd.spec)
        with decoding(WHAT):
            return read_nrrd(DataFile.of(file), Alone(WHAT), limits)


def read_nrrd(own: DataFile, beside: Beside, limits: ReadLimits) -> Image:
    """Read a NRRD file.

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
    stored = read_numbers(WHAT, files_of(fields, listed, own, beside), fields.sizes[::-1], storage)
    return image_of_numbers(axes.arranged(stored), geometry, has_components=axes.colour is not None)

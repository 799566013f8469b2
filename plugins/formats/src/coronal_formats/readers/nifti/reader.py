"""The reader of NIfTI."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from coronal import Image, ImageProperties, ReadLimits, Signature, reader
from coronal_formats.readers.common.bounded_file import BoundedFile
from coronal_formats.readers.common.data_file import DataFile, Encoding
from coronal_formats.readers.common.declared_image import DeclaredImage
from coronal_formats.readers.common.decoding import check_head, decoding, silence
from coronal_formats.readers.common.inflated_stream import Inflated
from coronal_formats.readers.nifti.header import SINGLE, read_header
from coronal_formats.readers.nifti.image import declared_nifti

__all__ = ["nifti"]

T = TypeVar("T")

_GZIP = b"\x1f\x8b"
_EXTENSION_FLAG_BYTES = 4

silence("nibabel", "nibabel.global")


@reader(
    media_type="application/x-nifti",
    suffixes=(".nii", ".nii.gz"),
    signatures=(*SINGLE, Signature.at(0, _GZIP)),
)
def nifti(path: Path, limits: ReadLimits) -> Image:
    """NIfTI-1 and NIfTI-2 in one file, compressed by gzip or not: a plane or a volume, of any number type.

    Scaled values come as float32 (as int16 or int32 where exact). Axes beyond the third must be of length 1.
    A pair of header and data file comes in a zip.
    """
    return _read(path, limits, DeclaredImage.image)


@nifti.header
def _properties(path: Path, limits: ReadLimits) -> ImageProperties:
    return _read(path, limits, DeclaredImage.properties)


def _read(path: Path, limits: ReadLimits, take: Callable[[DeclaredImage], T]) -> T:
    with BoundedFile(path.open("rb", buffering=0)) as file:
        check_head(file, nifti.spec)
        is_compressed = file.read(2) == _GZIP
        file.seek(0)
        with decoding("NIfTI file"):
            header = read_header(Inflated("NIfTI file", file) if is_compressed else file, SINGLE)
            # Some programs leave the offset 0; the pixels follow the header and its extension flag then.
            start = max(int(header.get_data_offset()), int(header["sizeof_hdr"]) + _EXTENSION_FLAG_BYTES)
            encoding = Encoding.DEFLATE if is_compressed else Encoding.RAW
            return take(declared_nifti(header, DataFile.of(file), encoding, skip_bytes=start, limits=limits))

"""The elements of a DICOM file, within limits; no pixel is decoded."""

import io
from typing import cast

import pydicom
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.filereader import read_dataset, read_preamble
from pydicom.tag import BaseTag
from pydicom.uid import DeflatedExplicitVRLittleEndian

from coronal import BadImage, ReadLimits
from coronal_formats.bounded_file import BoundedFile
from coronal_formats.inflating import inflated

__all__ = ["read_file"]

_MOST_ELEMENTS = 1_000_000
"""Of 350 bytes each in memory. An enhanced file of 10,000 frames has 700,000."""

_ELEMENT_HEAD_BYTES = 8
_META_GROUP = 2


def read_file(file: BoundedFile, limits: ReadLimits) -> FileDataset:
    """Read the elements of a DICOM file, with preamble or without.

    Parameters
    ----------
    file
        The file, at its start.
    limits
        What its deflate stream may become, where it has one (PS3.5, A.5).

    Raises
    ------
    BadImage
        When that is over the limit, there are too many elements, or they are nested too deeply.
    """
    try:
        return _read(file, limits)
    except RecursionError as error:
        raise BadImage(
            "the sequences of a DICOM file must be nested less deeply, found more than can be followed"
        ) from error


def _read(file: BoundedFile, limits: ReadLimits) -> FileDataset:
    elements = _Elements(file)
    preamble = read_preamble(elements, force=True)
    meta = FileMetaDataset(read_dataset(elements, False, True, stop_when=_is_behind_meta))
    if meta.get("TransferSyntaxUID") != DeflatedExplicitVRLittleEndian:
        elements.seek(0)
        return pydicom.dcmread(elements, force=True)
    content = inflated("DICOM file", elements, limits)
    dataset = read_dataset(_Elements(content), False, True)
    return FileDataset(content, dataset, preamble, meta, False, True)


def _is_behind_meta(tag: BaseTag, _vr: str | None, _length: int) -> bool:
    return tag.group != _META_GROUP


class _Elements(BoundedFile):
    # Counts the elements and items while pydicom reads them: the head of each is read by itself.

    def __init__(self, raw: io.BufferedIOBase) -> None:
        super().__init__(cast(io.RawIOBase, raw))
        self._found = 0

    def read(self, size: int | None = -1) -> bytes:
        self._found += size == _ELEMENT_HEAD_BYTES
        if self._found > _MOST_ELEMENTS:
            raise BadImage(f"a DICOM file may have at most {_MOST_ELEMENTS:,} elements, found more")
        return super().read(size)

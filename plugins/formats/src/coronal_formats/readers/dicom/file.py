"""The elements of a DICOM file, within limits; no pixel is decoded."""

import io
from typing import cast

from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.filereader import read_dataset, read_partial, read_preamble
from pydicom.tag import BaseTag, Tag
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian

from coronal import BadImage, ReadLimits
from coronal_formats.readers.common.bounded_file import BoundedFile
from coronal_formats.readers.common.inflating import inflated

__all__ = ["PIXELS", "read_file"]

PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
"""The elements that hold pixels."""

_MAX_ELEMENTS = 1_000_000
"""Of 350 bytes each in memory. An enhanced file of 10,000 frames has 700,000."""

_ELEMENT_HEAD_BYTES = 8
_META_GROUP = 2
_PIXEL_TAGS = tuple(map(Tag, PIXELS))
_UNDEFINED_LENGTH = 2**32 - 1


def read_file(file: BoundedFile, limits: ReadLimits, *, skips_pixels: bool = False) -> FileDataset:
    """Read the elements of a DICOM file, with preamble or without.

    Parameters
    ----------
    file
        The file, at its start.
    limits
        What its deflate stream may become, where it has one (PS3.5, A.5).
    skips_pixels
        Whether pixels that aren't compressed are passed over: as many zeros stand in their place.

    Raises
    ------
    BadImage
        When that is over the limit, there are too many elements, or they are nested too deeply.
    """
    try:
        return _read(file, limits, skips_pixels)
    except RecursionError as error:
        raise BadImage(
            "the sequences of a DICOM file must be nested less deeply, found more than can be followed"
        ) from error


def _read(file: BoundedFile, limits: ReadLimits, skips_pixels: bool) -> FileDataset:
    elements = _Elements(file)
    preamble = read_preamble(elements, force=True)
    meta = FileMetaDataset(read_dataset(elements, False, True, stop_when=_is_behind_meta))
    syntax = UID(meta.get("TransferSyntaxUID") or "")
    if syntax != DeflatedExplicitVRLittleEndian:
        elements.seek(0)
        skips = skips_pixels and not (syntax.is_transfer_syntax and syntax.is_encapsulated)
        return read_partial(elements, elements.skip_pixels if skips else None, force=True)
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
        self._skips_next = False

    def read(self, size: int | None = -1) -> bytes:
        if self._skips_next:
            return self._skipped(size or 0)
        self._found += size == _ELEMENT_HEAD_BYTES
        if self._found > _MAX_ELEMENTS:
            raise BadImage(f"a DICOM file may have at most {_MAX_ELEMENTS:,} elements, found more")
        return super().read(size)

    def skip_pixels(self, tag: BaseTag, _vr: str | None, length: int) -> bool:
        """Skip the next value if it is that of pixels; pydicom asks so, before each, whether to stop."""
        self._skips_next = tag in _PIXEL_TAGS and 0 < length < _UNDEFINED_LENGTH
        return False

    def _skipped(self, size: int) -> bytes:
        self._skips_next = False
        found = min(size, max(self.size_bytes - self.tell(), 0))
        self.seek(found, io.SEEK_CUR)
        return bytes(found)  # no memory is taken for zeros that nobody looks at

"""The elements of a DICOM file, within limits; no pixel is decoded."""

import io
from collections.abc import Callable
from typing import NamedTuple, TypeAlias, cast

from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.filereader import read_dataset, read_partial, read_preamble
from pydicom.tag import BaseTag, Tag
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from coronal import BadImage, ReadLimits
from coronal_formats.readers.common.bounded_file import BoundedFile
from coronal_formats.readers.common.inflating import inflated

__all__ = ["Header", "has_pixels", "read_file", "read_header", "sop_class_of"]

_StopWhen: TypeAlias = Callable[[BaseTag, str | None, int], bool]

_PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
"""The elements that hold pixels."""

_MAX_ELEMENTS = 1_000_000
"""Of 350 bytes each in memory. An enhanced file of 10,000 frames has 700,000."""

_ELEMENT_HEAD_BYTES = 8
_META_GROUP = 2
_COMMAND_GROUP = b"\0\0"
_PIXEL_TAGS = tuple(map(Tag, _PIXELS))
_UNDEFINED_LENGTH = 2**32 - 1


class Header(NamedTuple):
    """The elements of a file up to its pixels.

    Parameters
    ----------
    dataset
        The elements.
    pixels
        Where the value of the pixels begins in the file, and its length in bytes; None where it is compressed
        by itself or with the whole file, or there is none.
    """

    dataset: FileDataset
    pixels: tuple[int, int] | None


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
    elements = _Elements(file, file.size_bytes)
    return _read(elements, limits, elements.skip_pixels if skips_pixels else None)


def read_header(file: BoundedFile, limits: ReadLimits) -> Header:
    """Read the elements of a DICOM file up to its pixels, of which nothing is read.

    As many zeros stand in their place; where they are compressed the element is there, and empty. Parameters
    and errors are those of `read_file`.
    """
    elements = _Elements(file, file.size_bytes)
    dataset = _read(elements, limits, elements.stop_at_pixels)
    if elements.pixels is None:
        return Header(dataset, None)
    tag, vr, start, length = elements.pixels
    # No memory is taken for zeros that nobody looks at.
    dataset.add_new(tag, vr or "OW", bytes(length))
    return Header(dataset, (start, length) if length else None)


def has_pixels(dataset: FileDataset) -> bool:
    """Return whether a file holds pixels.

    Raises
    ------
    BadImage
        When it holds several kinds of them.
    """
    found = [name for name in _PIXELS if name in dataset]
    if len(found) > 1:
        raise BadImage(f"a DICOM file must hold pixels of one kind, found {' and '.join(found)}")
    return bool(found)


def sop_class_of(dataset: FileDataset) -> str:
    """Return the name of what a file is by its SOP class, e.g. ``CT Image Storage``; else ``unknown``."""
    uid = UID(dataset.get("SOPClassUID") or dataset.file_meta.get("MediaStorageSOPClassUID", ""))
    return uid.name if uid.name != uid else "unknown"


def _read(elements: "_Elements", limits: ReadLimits, stop_when: _StopWhen | None) -> FileDataset:
    try:
        dataset = _read_elements(elements, limits, stop_when)
    except RecursionError as error:
        raise BadImage(
            "the sequences of a DICOM file must be nested less deeply, found more than can be followed"
        ) from error
    _name_syntax(dataset)
    return dataset


def _read_elements(elements: "_Elements", limits: ReadLimits, stop_when: _StopWhen | None) -> FileDataset:
    preamble = read_preamble(elements, force=True)
    meta = FileMetaDataset(read_dataset(elements, False, True, stop_when=_is_behind_meta))
    syntax = UID(meta.get("TransferSyntaxUID") or "")
    if syntax == DeflatedExplicitVRLittleEndian:
        content = inflated("DICOM file", elements, limits)
        dataset = read_dataset(_Elements(content), False, True)
        return FileDataset(content, dataset, preamble, meta, False, True)
    is_known = syntax.is_transfer_syntax and not syntax.is_private
    elements.is_encapsulated = bool(is_known and syntax.is_encapsulated)
    if not is_known or elements.peek(2)[:2] == _COMMAND_GROUP:
        elements.seek(0)
        return read_partial(elements, stop_when, force=True)
    is_implicit, is_little_endian = syntax.is_implicit_VR, syntax.is_little_endian
    dataset = read_dataset(elements, is_implicit, is_little_endian, stop_when=stop_when)
    return FileDataset(elements, dataset, preamble, meta, is_implicit, is_little_endian)


def _is_behind_meta(tag: BaseTag, _vr: str | None, _length: int) -> bool:
    return tag.group != _META_GROUP


def _name_syntax(dataset: FileDataset) -> None:
    if "TransferSyntaxUID" in dataset.file_meta:
        return
    is_implicit, is_little_endian = dataset.original_encoding
    explicit = ExplicitVRLittleEndian if is_little_endian else ExplicitVRBigEndian
    dataset.file_meta = FileMetaDataset(dataset.file_meta)
    dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if is_implicit else explicit


class _Elements(BoundedFile):
    # Counts the elements and items while pydicom reads them: the head of each is read by itself.

    name = ""  # pydicom keeps it with the elements; it may be a patient's

    def __init__(self, raw: io.BufferedIOBase, size_bytes: int | None = None) -> None:
        super().__init__(cast(io.RawIOBase, raw), size_bytes)
        self.pixels: tuple[BaseTag, str | None, int, int] | None = None
        """Tag, value representation, start and length of the pixels at which reading was stopped."""
        self.is_encapsulated = False
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
        """Skip the next value if it is that of pixels that aren't compressed; pydicom asks so before each."""
        is_plain = tag in _PIXEL_TAGS and not self.is_encapsulated
        self._skips_next = is_plain and 0 < length < _UNDEFINED_LENGTH
        return False

    def stop_at_pixels(self, tag: BaseTag, vr: str | None, length: int) -> bool:
        """Stop before the value of pixels."""
        if tag not in _PIXEL_TAGS:
            return False
        is_plain = length < _UNDEFINED_LENGTH and not self.is_encapsulated
        start = self.tell()
        self.pixels = tag, vr, start, min(length, max(self.size_bytes - start, 0)) if is_plain else 0
        return True

    def _skipped(self, size: int) -> bytes:
        self._skips_next = False
        found = min(size, max(self.size_bytes - self.tell(), 0))
        self.seek(found, io.SEEK_CUR)
        return bytes(found)  # no memory is taken for zeros that nobody looks at

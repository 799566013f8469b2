"""The headers of the DICOM files in a zip: those of images, and how many files of other kinds there are."""

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from pydicom.dataset import FileDataset

from coronal import BadImage, ReadLimits
from coronal_formats.readers.common.bounded_file import BoundedFile
from coronal_formats.readers.common.decoding import decoding
from coronal_formats.readers.common.image_zip import ImageZip
from coronal_formats.readers.dicom.file import has_pixels, read_file, read_header, sop_class_of
from coronal_formats.readers.dicom.series.slice_header import ImageHeader

__all__ = ["Found", "headers_in", "whole_file"]

_OTHER = "file of another format"


@dataclass(frozen=True, slots=True)
class Found:
    """What a zip holds.

    Parameters
    ----------
    images
        The headers of its images.
    others
        How many files without pixels there are of each kind, by the name of its SOP class.
    """

    images: Sequence[ImageHeader]
    others: Counter[str]


def headers_in(files: ImageZip, names: Mapping[str, bool], limits: ReadLimits) -> Found:
    """Read the headers of DICOM files; nothing is read of their pixels.

    Parameters
    ----------
    files
        The zip.
    names
        The paths of the files, and whether each begins as a DICOM file for certain. Another one may turn out
        to be something else.
    limits
        How many values an image may have.

    Raises
    ------
    BadImage
        When a file isn't sound, or one of several images has a form that isn't read.
    """
    images: list[ImageHeader] = []
    others: Counter[str] = Counter()
    for name, is_certain in names.items():
        dataset = _header(files, name, limits, is_certain=is_certain)
        if dataset is not None and has_pixels(dataset):
            images.append(ImageHeader.of(name, dataset, limits))
        else:
            others[_OTHER if dataset is None else sop_class_of(dataset)] += 1
    others[_OTHER] += len(files.names) - len(names)
    return Found(images, others)


def whole_file(files: ImageZip, name: str, limits: ReadLimits) -> FileDataset:
    """Read all elements of a DICOM file, with its pixels as they are stored."""
    file = files.data_file(name)
    with file.opened() as stream:
        content = io.BytesIO(stream.read(file.size_bytes))
    dataset = read_file(BoundedFile(cast(io.RawIOBase, content)), limits)
    if not has_pixels(dataset):
        raise BadImage("a DICOM file of a series must hold pixels, found none")
    return dataset


def _header(files: ImageZip, name: str, limits: ReadLimits, *, is_certain: bool) -> FileDataset | None:
    file = files.data_file(name)
    try:
        with decoding("DICOM file"), file.opened() as stream:
            return read_header(BoundedFile(cast(io.RawIOBase, stream), file.size_bytes), limits)
    except BadImage:
        if is_certain:
            raise
        return None

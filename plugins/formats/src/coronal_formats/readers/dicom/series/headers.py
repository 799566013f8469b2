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
from coronal_formats.readers.dicom.file import Header, has_pixels, read_file, read_header, sop_class_of
from coronal_formats.readers.dicom.series.slice_form import SliceForms
from coronal_formats.readers.dicom.series.slice_header import SliceHeader

__all__ = ["Found", "headers_in", "with_pixels"]

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

    images: Sequence[SliceHeader]
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
    images: list[SliceHeader] = []
    others: Counter[str] = Counter()
    forms = SliceForms()
    for name, is_certain in names.items():
        header = _header(files, name, limits, is_certain=is_certain)
        if header is not None and has_pixels(header.dataset):
            images.append(SliceHeader.of(name, header, forms.of(header, limits)))
        else:
            others[_OTHER if header is None else sop_class_of(header.dataset)] += 1
    others[_OTHER] += len(files.names) - len(names)
    return Found(images, others)


def with_pixels(files: ImageZip, image: SliceHeader, limits: ReadLimits) -> FileDataset:
    """Read the elements of an image that its pixels need, and these as they are stored.

    Where others have its form, and nothing is compressed, they are those of the form with the image's own
    pixels: the file isn't parsed again. Else they are all of its file.
    """
    file = files.data_file(image.file)
    with file.opened() as stream:
        content = stream.read(file.size_bytes)
    if image.pixels is not None and image.form.template is not None:
        start, length = image.pixels
        image.form.template.PixelData = content[start : start + length]
        return image.form.template
    dataset = read_file(BoundedFile(cast(io.RawIOBase, io.BytesIO(content))), limits)
    if not has_pixels(dataset):
        raise BadImage("a DICOM file of a series must hold pixels, found none")
    return dataset


def _header(files: ImageZip, name: str, limits: ReadLimits, *, is_certain: bool) -> Header | None:
    file = files.data_file(name)
    try:
        with decoding("DICOM file"), file.opened() as stream:
            return read_header(BoundedFile(cast(io.RawIOBase, stream), file.size_bytes), limits)
    except BadImage:
        if is_certain:
            raise
        return None

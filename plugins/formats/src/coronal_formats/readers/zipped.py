"""The reader of an image in several files, in a zip: a DICOM series, or a header and its pixels."""

import posixpath
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol, TypeAlias, TypeVar

from coronal import BadImage, Image, ImageProperties, ReadLimits, Signature, UnknownFormat, reader
from coronal.formats.bounded_zip import ZIP_SIGNATURE
from coronal.spec import HEAD_BYTES
from coronal_formats.readers.common.bounded_file import BoundedFile
from coronal_formats.readers.common.declared_image import DeclaredImage
from coronal_formats.readers.common.decoding import check_head, decoding
from coronal_formats.readers.common.image_zip import Folder, ImageZip
from coronal_formats.readers.dicom.reader import PREAMBLE, dicom
from coronal_formats.readers.dicom.series.series import DicomSeries
from coronal_formats.readers.metaimage.reader import declared_metaimage, metaimage
from coronal_formats.readers.nifti.header import PAIR
from coronal_formats.readers.nifti.pair import declared_pair, inflated_header, is_analyze
from coronal_formats.readers.nrrd.reader import declared_nrrd, nrrd

__all__ = ["zipped"]

T = TypeVar("T")

_Declare: TypeAlias = Callable[[ImageZip, str, ReadLimits], DeclaredImage]


class _Declared(Protocol):
    """An image whose headers are read, and whose pixels aren't yet."""

    def image(self) -> Image: ...
    def labels(self) -> Image: ...
    def properties(self) -> ImageProperties: ...


@reader(
    name="zip",
    media_type="application/zip",
    suffixes=(".zip",),
    signatures=(Signature.at(0, ZIP_SIGNATURE),),
)
def zipped(path: Path, limits: ReadLimits) -> Image:
    """One image in a zip: a DICOM series, or the header and data files of a NIfTI pair, a MetaImage or NRRD.

    The slices of a series are sorted by their positions along their normal. No file but those of the zip is
    ever read for a name in a header.
    """
    return _read(path, limits, lambda declared: declared.image())


@zipped.labels
def _labels(path: Path, limits: ReadLimits) -> Image:
    return _read(path, limits, lambda declared: declared.labels())


@zipped.header
def _properties(path: Path, limits: ReadLimits) -> ImageProperties:
    return _read(path, limits, lambda declared: declared.properties())


def _read(path: Path, limits: ReadLimits, take: Callable[[_Declared], T]) -> T:
    with BoundedFile(path.open("rb", buffering=0)) as file:
        check_head(file, zipped.spec)
        with decoding("zip"):
            what, declare = _found_in(ImageZip(file), limits)
            with decoding(what):
                return take(declare())


def _found_in(files: ImageZip, limits: ReadLimits) -> tuple[str, Callable[[], _Declared]]:
    headers: list[tuple[str, Callable[[], _Declared]]] = []
    dicom_files: dict[str, bool] = {}
    for name in files.names:
        with files.data_file(name).opened() as file:
            head = inflated_header(name, file).read(HEAD_BYTES)
        header = _header(name, head)
        if header is not None:
            what, declare = header
            headers.append((what, partial(declare, files, name, limits)))
        elif dicom.spec.knows(head):
            dicom_files[name] = PREAMBLE.is_in(head)
    # Without a preamble a file may begin like DICOM by chance, as the data file of a header does.
    if dicom_files and (not headers or any(dicom_files.values())):
        headers.append(("DICOM series", partial(DicomSeries, files, dicom_files, limits)))
    if not headers:
        raise UnknownFormat(ZIP_SIGNATURE, ("zip",))  # another reader may know what it is
    if len(headers) > 1:
        raise BadImage(
            "a zip that is sent as an image must hold one DICOM series, or one header and the data files "
            f"that it names, found {len(headers)} headers: send an image that is one file as it is, and "
            "several images as a batch"
        )
    return headers[0]


def _header(name: str, head: bytes) -> tuple[str, _Declare] | None:
    if any(signature.is_in(head) for signature in PAIR):
        return "NIfTI pair", declared_pair
    if metaimage.spec.knows(head):
        return "MetaImage file", _metaimage
    if nrrd.spec.knows(head):
        return "NRRD file", _nrrd
    if is_analyze(name, head):
        raise BadImage(
            "a pair of header and data must be of NIfTI, found Analyze 7.5, which isn't read: it doesn't "
            "tell left from right, and programs disagree whether its values are scaled; save it as NIfTI "
            "with the program that wrote it"
        )
    return None


def _metaimage(files: ImageZip, name: str, limits: ReadLimits) -> DeclaredImage:
    return declared_metaimage(files.data_file(name), _beside(files, name), limits)


def _nrrd(files: ImageZip, name: str, limits: ReadLimits) -> DeclaredImage:
    return declared_nrrd(files.data_file(name), _beside(files, name), limits)


def _beside(files: ImageZip, name: str) -> Folder:
    return Folder(files, posixpath.dirname(name))

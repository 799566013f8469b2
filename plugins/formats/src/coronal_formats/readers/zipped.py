"""The reader of an image whose header and pixels are files of their own, in a zip."""

import posixpath
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias, TypeVar

from coronal import BadImage, Image, ImageProperties, ReadLimits, Signature, UnknownFormat, reader
from coronal.formats.bounded_zip import ZIP_SIGNATURE
from coronal.spec import HEAD_BYTES
from coronal_formats.readers.common.bounded_file import BoundedFile
from coronal_formats.readers.common.declared_image import DeclaredImage
from coronal_formats.readers.common.decoding import check_head, decoding
from coronal_formats.readers.common.image_zip import Folder, ImageZip
from coronal_formats.readers.metaimage.reader import declared_metaimage, metaimage
from coronal_formats.readers.nifti.header import PAIR
from coronal_formats.readers.nifti.pair import declared_pair, inflated_header, is_analyze
from coronal_formats.readers.nrrd.reader import declared_nrrd, nrrd

__all__ = ["zipped"]

T = TypeVar("T")

_Declared: TypeAlias = Callable[[ImageZip, str, ReadLimits], DeclaredImage]


@reader(
    name="zip",
    media_type="application/zip",
    suffixes=(".zip",),
    signatures=(Signature.at(0, ZIP_SIGNATURE),),
)
def zipped(path: Path, limits: ReadLimits) -> Image:
    """One image in a zip: the header of a NIfTI pair, a MetaImage or NRRD, and the data files that it names.

    No file but those of the zip is ever read for a name in a header.
    """
    return _read(path, limits, DeclaredImage.image)


@zipped.header
def _properties(path: Path, limits: ReadLimits) -> ImageProperties:
    return _read(path, limits, DeclaredImage.properties)


def _read(path: Path, limits: ReadLimits, take: Callable[[DeclaredImage], T]) -> T:
    with BoundedFile(path.open("rb", buffering=0)) as file:
        check_head(file, zipped.spec)
        with decoding("zip"):
            files = ImageZip(file)
            what, declared, name = _header(files)
            with decoding(what):
                return take(declared(files, name, limits))


def _header(files: ImageZip) -> tuple[str, _Declared, str]:
    found = list(_headers(files))
    if not found:
        raise UnknownFormat(ZIP_SIGNATURE, ("zip",))  # another reader may know what it is
    if len(found) > 1:
        raise BadImage(
            "a zip that is sent as an image must hold one header and the data files that it names, found "
            f"{len(found)} headers: send an image that is one file as it is, and several images as a batch"
        )
    return found[0]


def _headers(files: ImageZip) -> Iterator[tuple[str, _Declared, str]]:
    for name in files.names:
        with files.data_file(name).opened() as file:
            head = inflated_header(name, file).read(HEAD_BYTES)
        if any(signature.is_in(head) for signature in PAIR):
            yield "NIfTI pair", declared_pair, name
        elif metaimage.spec.knows(head):
            yield "MetaImage file", _metaimage, name
        elif nrrd.spec.knows(head):
            yield "NRRD file", _nrrd, name
        elif is_analyze(name, head):
            raise BadImage(
                "a pair of header and data must be of NIfTI, found Analyze 7.5, which isn't read: it doesn't "
                "tell left from right, and programs disagree whether its values are scaled; save it as NIfTI "
                "with the program that wrote it"
            )


def _metaimage(files: ImageZip, name: str, limits: ReadLimits) -> DeclaredImage:
    return declared_metaimage(files.data_file(name), _beside(files, name), limits)


def _nrrd(files: ImageZip, name: str, limits: ReadLimits) -> DeclaredImage:
    return declared_nrrd(files.data_file(name), _beside(files, name), limits)


def _beside(files: ImageZip, name: str) -> Folder:
    return Folder(files, posixpath.dirname(name))

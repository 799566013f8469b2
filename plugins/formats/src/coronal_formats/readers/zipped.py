"""The reader of an image whose header and pixels are files of their own, in a zip."""

import posixpath
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

from coronal import BadImage, Image, ReadLimits, Signature, UnknownFormat, reader
from coronal.spec import HEAD_BYTES
from coronal_formats.decoding import check_head, decoding
from coronal_formats.image_zip import BoundedZip, Folder, ImageZip
from coronal_formats.readers.metaimage import metaimage, read_metaimage
from coronal_formats.readers.nifti_header import PAIR
from coronal_formats.readers.nifti_pair import inflated_header, is_analyze, read_pair
from coronal_formats.readers.nrrd import nrrd, read_nrrd

__all__ = ["zipped"]

_SIGNATURE = b"PK\x03\x04"

_Read: TypeAlias = Callable[[ImageZip, str, ReadLimits], Image]


@reader(
    name="zip",
    media_type="application/zip",
    suffixes=(".zip",),
    signatures=(Signature.at(0, _SIGNATURE),),
)
def zipped(path: Path, limits: ReadLimits) -> Image:
    """One image in a zip: the header of a NIfTI pair, a MetaImage or NRRD, and the data files that it names.

    No file but those of the zip is ever read for a name in a header.
    """
    with BoundedZip(path.open("rb", buffering=0)) as file:
        check_head(file, zipped.spec)
        with decoding("zip"):
            files = ImageZip(file)
            read, name = _header(files)
            return read(files, name, limits)


def _header(files: ImageZip) -> tuple[_Read, str]:
    found = list(_headers(files))
    if not found:
        raise UnknownFormat(_SIGNATURE, ("zip",))  # another reader may know what it is
    if len(found) > 1:
        raise BadImage(
            "a zip that is sent as an image must hold one header and the data files that it names, found "
            f"{len(found)} headers: send an image that is one file as it is, and several images as a batch"
        )
    return found[0]


def _headers(files: ImageZip) -> Iterator[tuple[_Read, str]]:
    for name in files.names:
        with files.data_file(name).opened() as file:
            head = inflated_header(name, file).read(HEAD_BYTES)
        if any(signature.is_in(head) for signature in PAIR):
            yield read_pair, name
        elif metaimage.spec.knows(head):
            yield _metaimage, name
        elif nrrd.spec.knows(head):
            yield _nrrd, name
        elif is_analyze(name, head):
            raise BadImage(
                "a pair of header and data must be of NIfTI, found Analyze 7.5, which isn't read: it doesn't "
                "tell left from right, and programs disagree whether its values are scaled; save it as NIfTI "
                "with the program that wrote it"
            )


def _metaimage(files: ImageZip, name: str, limits: ReadLimits) -> Image:
    with decoding("MetaImage file"):
        return read_metaimage(files.data_file(name), _beside(files, name), limits)


def _nrrd(files: ImageZip, name: str, limits: ReadLimits) -> Image:
    with decoding("NRRD file"):
        return read_nrrd(files.data_file(name), _beside(files, name), limits)


def _beside(files: ImageZip, name: str) -> Folder:
    return Folder(files, posixpath.dirname(name))

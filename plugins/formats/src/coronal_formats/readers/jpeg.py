"""The reader of JPEG."""

from pathlib import Path
from typing import IO

from coronal import BadImage, Image, ReadLimits, Signature, reader
from coronal_formats.bounded_file import BoundedFile
from coronal_formats.decoding import check_head, decoding
from coronal_formats.readers.photograph import image_of, open_as, orientation_of
from coronal_formats.readers.upright import upright

__all__ = ["jpeg"]

_START_OF_SCAN = b"\xff\xda"
_END_OF_IMAGE = b"\xff\xd9"
_MOST_SCANS = 500
"""Each goes over the whole image anew; programs write 10 or so."""


@reader(
    media_type="image/jpeg",
    suffixes=(".jpg", ".jpeg"),
    signatures=(Signature.at(0, b"\xff\xd8\xff"),),
    keeps_labels=False,
)
def jpeg(path: Path, limits: ReadLimits) -> Image:
    """JPEG: grey or colour, 8 bits, turned upright as its EXIF orientation says.

    Of a file with several pictures (MPO) the first is read. Its density is that of a print and no spacing.
    """
    with BoundedFile(path.open("rb", buffering=0)) as file:
        check_head(file, jpeg.spec)
        with decoding("JPEG file"):
            opened = open_as(file, "JPEG", limits)
            _check_scans(file)
            return upright(image_of(opened), orientation_of(opened))


def _check_scans(file: IO[bytes]) -> None:
    # The decoder makes up the rows that are missing at the end, and says nothing.
    position = file.tell()
    file.seek(0)
    content = file.read()
    file.seek(position)
    if content.count(_START_OF_SCAN) > _MOST_SCANS:
        raise BadImage(f"a JPEG file may have at most {_MOST_SCANS} scans, found more")
    if content.rfind(_END_OF_IMAGE) < content.rfind(_START_OF_SCAN):
        raise BadImage(
            f"a JPEG file must end with an end-of-image mark, found none in {len(content)} bytes: "
            "it is truncated"
        )

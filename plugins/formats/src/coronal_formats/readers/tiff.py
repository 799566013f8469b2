"""The reader of TIFF."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np
from tifffile import PHOTOMETRIC, TiffFile, TiffPage, TiffPageSeries

from coronal import BadImage, Geometry, Image, ReadLimits, Signature, UnknownFormat, reader
from coronal.image import Pixels
from coronal.spec import HEAD_BYTES
from coronal_formats.bounded_file import BoundedFile
from coronal_formats.decoding import check_head, check_room, decoding
from coronal_formats.readers.imagej_calibration import calibration_of
from coronal_formats.readers.tiff_axes import layout_of
from coronal_formats.readers.tiff_colour import check_colour, image_of
from coronal_formats.readers.tiff_header import check_encoding, check_ome, check_page, check_page_count
from coronal_formats.readers.tiff_labels import labels_of
from coronal_formats.readers.tiff_spacing import spacing_mm
from coronal_formats.readers.upright import upright

__all__ = ["tiff"]

_DICOM = Signature.at(128, b"DICM")


@reader(
    media_type="image/tiff",
    suffixes=(".tif", ".tiff"),
    signatures=(
        Signature.at(0, b"II*\x00"),
        Signature.at(0, b"MM\x00*"),
        Signature.at(0, b"II+\x00"),
        Signature.at(0, b"MM\x00+"),
    ),
)
def tiff(path: Path, limits: ReadLimits) -> Image:
    """TIFF and BigTIFF: grey, colour or several channels, a plane or a stack of pages (z), any number type.

    Spacing comes from OME, from ImageJ, or from the resolution in cm or inch, where that isn't the density of
    a print. Values are those of ImageJ's linear calibration; rows and columns lie as the orientation tag
    says. A time series and a file of several images are refused. Of a pyramid the finest level is read.
    """
    return _read(path, limits, image_of)


@tiff.labels
def _labels(path: Path, limits: ReadLimits) -> Image:
    """Read the stored numbers: of a palette the index; after lossy compression there are none."""
    return _read(path, limits, labels_of)


def _read(path: Path, limits: ReadLimits, make: "_MakesImage") -> Image:
    with BoundedFile(path.open("rb", buffering=0)) as file:
        check_head(file, tiff.spec)
        _leave_to_dicom(file)
        # One file is one image: an OME file that names others must not make us read them.
        with decoding("TIFF file"), _complaints() as complaints:
            check_page_count(file)
            with TiffFile(file, _multifile=False) as opened:
                check_ome(opened, limits)
                series = _only_series(opened)
                check_encoding(series.keyframe)
                _check_sizes(series, limits)
                _check_whole(file, series, complaints)
                return _image(opened, series, make)


def _image(opened: TiffFile, series: TiffPageSeries, make: "_MakesImage") -> Image:
    layout = layout_of(series.axes, series.shape)
    check_colour(series.keyframe)
    geometry = Geometry(spacing_mm(opened, series.keyframe, layout.dimensions))
    calibration = calibration_of(opened, series.keyframe)
    pixels = layout.arrange(np.asarray(series.asarray()))
    if calibration is None:
        image = make(series.keyframe, pixels, geometry, has_channels=layout.has_channels)
    else:
        image = Image(calibration.applied(pixels), geometry, has_channels=layout.has_channels)
    return upright(image, series.keyframe.tags.valueof("Orientation"))


class _MakesImage(Protocol):
    def __call__(
        self, page: TiffPage, pixels: Pixels, geometry: Geometry, *, has_channels: bool
    ) -> Image: ...


def _leave_to_dicom(file: BoundedFile) -> None:
    # A DICOM file may hold a TIFF header in its preamble (PS3.10, 7.1): DICOM knows more of the image.
    head = file.read(HEAD_BYTES)
    file.seek(0)
    if _DICOM.is_in(head):
        raise UnknownFormat(head, ("tiff",))


@contextmanager
def _complaints() -> Iterator[list[str]]:
    # tifffile logs what it finds broken and goes on with what is left: its log is part of its answer.
    log, found = logging.getLogger("tifffile"), _Complaints(logging.ERROR)
    propagates, log.propagate = log.propagate, False
    log.addHandler(found)
    try:
        yield found.messages
    finally:
        log.removeHandler(found)
        log.propagate = propagates


class _Complaints(logging.Handler):
    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def _only_series(opened: TiffFile) -> TiffPageSeries:
    series = [one for one in opened.series if not one.keyframe.is_reduced]
    if len(series) != 1:
        shapes = ", ".join(f"{one.axes} {one.shape}" for one in series[:4]) or "none"
        raise BadImage(f"a TIFF file must hold one image or one stack, found {len(series)}: {shapes}")
    return series[0]


def _check_sizes(series: TiffPageSeries, limits: ReadLimits) -> None:
    page = series.keyframe
    limits.check_values("TIFF file", *series.shape, 3 if page.photometric == PHOTOMETRIC.PALETTE else 1)
    # A tile is decoded whole, however little of it is image.
    limits.check_values("tile of a TIFF file", page.tilelength, page.tilewidth)


def _check_whole(file: BoundedFile, series: TiffPageSeries, complaints: Sequence[str]) -> None:
    if series.dataoffset is not None:
        check_room("TIFF file", declared=series.nbytes, found=file.size_bytes - series.dataoffset)
    pages = [page for page in series.pages if page is not None]
    if complaints or len(pages) < len(series.pages):
        raise BadImage(
            f"a TIFF file must hold every page that it names, found {len(series.pages) - len(pages)} missing "
            f"of {len(series.pages)}, and {len(complaints)} broken entries"
        )
    for page in pages:
        check_page(file, page, series.keyframe)

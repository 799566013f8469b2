"""The reader of TIFF."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from tifffile import PHOTOMETRIC, TiffFile, TiffPage, TiffPageSeries

from coronal import (
    BadImage,
    Geometry,
    Image,
    ImageProperties,
    ReadLimits,
    Signature,
    UnknownFormat,
    reader,
)
from coronal.spec import HEAD_BYTES
from coronal.types.image import Pixels
from coronal_formats.readers.common.bounded_file import BoundedFile
from coronal_formats.readers.common.decoding import check_head, check_room, decoding
from coronal_formats.readers.photographs.upright import upright, upright_properties
from coronal_formats.readers.tiff.axes import Layout, layout_of
from coronal_formats.readers.tiff.colour import check_colour, image_of
from coronal_formats.readers.tiff.header import check_encoding, check_ome, check_page, check_page_count
from coronal_formats.readers.tiff.imagej_calibration import Calibration, calibration_of
from coronal_formats.readers.tiff.labels import labels_of
from coronal_formats.readers.tiff.spacing import spacing_mm

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


@tiff.header
def _properties(path: Path, limits: ReadLimits) -> ImageProperties:
    with _opened(path, limits) as declared:
        layout = declared.layout
        pixel = np.zeros((1,) * layout.dimensions + layout.shape[layout.dimensions :], declared.series.dtype)
        found = replace(
            ImageProperties.of(declared.image(pixel, image_of)), shape=layout.shape[: layout.dimensions]
        )
        if declared.calibration is not None:
            found = replace(found, number_types=declared.calibration.types(pixel.dtype))
        return upright_properties(found, declared.orientation)


def _read(path: Path, limits: ReadLimits, make: "_MakesImage") -> Image:
    with _opened(path, limits) as declared:
        pixels = declared.layout.arrange(np.asarray(declared.series.asarray()))
        return upright(declared.image(pixels, make), declared.orientation)


@contextmanager
def _opened(path: Path, limits: ReadLimits) -> Iterator["_Declared"]:
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
                yield _declared(opened, series)


@dataclass(frozen=True, slots=True)
class _Declared:
    """What a file declares of its image."""

    series: TiffPageSeries
    layout: Layout
    geometry: Geometry
    calibration: Calibration | None

    @property
    def orientation(self) -> object:
        return self.series.keyframe.tags.valueof("Orientation")

    def image(self, pixels: Pixels, make: "_MakesImage") -> Image:
        """Make the image, not yet upright, of pixels that are arranged by the layout."""
        has_channels = self.layout.has_channels
        if self.calibration is None:
            return make(self.series.keyframe, pixels, self.geometry, has_channels=has_channels)
        return Image(self.calibration.applied(pixels), self.geometry, has_channels=has_channels)


def _declared(opened: TiffFile, series: TiffPageSeries) -> _Declared:
    layout = layout_of(series.axes, series.shape)
    check_colour(series.keyframe)
    geometry = Geometry(spacing_mm(opened, series.keyframe, layout.dimensions))
    return _Declared(series, layout, geometry, calibration_of(opened, series.keyframe))


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

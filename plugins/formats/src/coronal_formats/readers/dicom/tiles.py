"""The frames of a whole-slide image as tiles of one plane (PS3.3, C.7.6.17.3 and C.8.12.14)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from coronal import BadImage, Geometry, ReadLimits
from coronal_formats.readers.dicom.groups import frame_groups, numbers
from coronal_formats.readers.dicom.layout import Layout
from coronal_formats.readers.dicom.place import spacing_of

__all__ = ["is_tiled", "tile_layout"]


def is_tiled(dataset: Dataset) -> bool:
    """Return whether the frames of a file are tiles of a total pixel matrix."""
    return bool(dataset.get("TotalPixelMatrixRows") and dataset.get("TotalPixelMatrixColumns"))


def tile_layout(dataset: Dataset, frames: int, limits: ReadLimits, planes: int = 1) -> Layout:
    """Return where each tile of a file goes.

    Parameters
    ----------
    dataset
        The file.
    frames
        How many tiles it has.
    limits
        How many values the plane may have.
    planes
        How often each place may have a tile: the segments of a segmentation.

    Returns
    -------
    Layout
        Of a plane. Its place is one on the slide, and none in a patient: it has a spacing alone.

    Raises
    ------
    BadImage
        When there are several optical paths or focal planes, tiles lie over each other or beyond the plane,
        or nothing tells where they lie.
    """
    total = int(dataset.TotalPixelMatrixRows), int(dataset.TotalPixelMatrixColumns)
    limits.check_values("DICOM file", *total, int(dataset.get("SamplesPerPixel") or 1))
    tile = int(dataset.Rows), int(dataset.Columns)
    places = _sparse(dataset, frames)
    corners = _full(dataset, frames, total, tile) if places is None else _checked(places, total)
    layout = Layout(total, corners, Geometry(spacing_of(dataset)))
    _check_single(dataset, corners, planes)
    _check_apart(layout, tile, planes)
    return layout


def _full(dataset: Dataset, frames: int, total: Sequence[int], tile: Sequence[int]) -> NDArray[np.intp]:
    # The tiles of a plane row by row, then the next focal plane, then the next optical path or segment.
    down, across = (-(-size // step) for size, step in zip(total, tile, strict=True))
    is_full = dataset.get("DimensionOrganizationType") == "TILED_FULL" or down * across == frames == 1
    if not is_full or frames % (down * across):
        raise BadImage(
            f"the tiles of a DICOM file must be all {down} × {across} of its plane in the order of "
            f"TILED_FULL, or each tell its place, found {frames} that don't"
        )
    number = np.arange(frames) % (down * across)
    return np.column_stack([np.zeros(frames, np.intp), number // across * tile[0], number % across * tile[1]])


def _sparse(dataset: Dataset, frames: int) -> NDArray[np.intp] | None:
    if dataset.get("DimensionOrganizationType") == "TILED_FULL":
        return None
    items = [item or Dataset() for item in frame_groups(dataset, "PlanePositionSlideSequence", frames)]
    names = ("RowPositionInTotalImagePixelMatrix", "ColumnPositionInTotalImagePixelMatrix")
    found = [[numbers(item, name, 1) for name in names] for item in items]
    if any(number is None for pair in found for number in pair):
        return None
    corners = np.array(found, np.intp)[:, :, 0] - 1  # counted from 1
    return np.column_stack([np.zeros(frames, np.intp), corners])


def _checked(corners: NDArray[np.intp], total: Sequence[int]) -> NDArray[np.intp]:
    if (corners < 0).any() or (corners[:, 1:] >= total).any():
        raise BadImage(
            f"the tiles of a DICOM file must begin within its plane of {total[0]:,} × {total[1]:,} pixels, "
            "found one that doesn't"
        )
    return corners


def _check_single(dataset: Dataset, corners: NDArray[np.intp], planes: int) -> None:
    _, counts = np.unique(corners, axis=0, return_counts=True)
    if counts.max() <= planes:
        return
    frames = len(corners)
    paths = dataset.get("NumberOfOpticalPaths") or _different(
        dataset, frames, "OpticalPathIdentificationSequence", "OpticalPathIdentifier"
    )
    depths = dataset.get("TotalPixelMatrixFocalPlanes") or _different(
        dataset, frames, "PlanePositionSlideSequence", "ZOffsetInSlideCoordinateSystem"
    )
    raise BadImage(
        "a whole-slide image must have one optical path and one focal plane, so one tile at a place, "
        f"found up to {counts.max()} ({paths or 'unknown'} optical paths, {depths or 'unknown'} focal planes)"
    )


def _check_apart(layout: Layout, tile: tuple[int, int], planes: int) -> None:
    if planes > 1:  # segments, which are compared pixel by pixel
        return
    ends = np.minimum(layout.corners[:, 1:] + tile, layout.shape)
    laid = int(np.prod(ends - layout.corners[:, 1:], axis=1).sum())
    mask = layout.covered(tile)
    if laid > (np.prod(layout.shape) if mask is None else np.count_nonzero(mask)):
        raise BadImage("the tiles of a whole-slide image must lie beside each other, found some that overlap")


def _different(dataset: Dataset, frames: int, group: str, keyword: str) -> int:
    items = frame_groups(dataset, group, frames)
    return len({str(item.get(keyword)) for item in items if item is not None and keyword in item})

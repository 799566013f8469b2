"""A DICOM segmentation as a label map: each pixel has the number of its segment (PS3.3, A.51 and C.8.20)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import SegmentationStorage

from coronal import BadImage, ReadLimits
from coronal.types.image import Pixels
from coronal_formats.readers.dicom.groups import frame_groups
from coronal_formats.readers.dicom.layout import Layout
from coronal_formats.readers.dicom.place import plane_geometry
from coronal_formats.readers.dicom.stack import sparse_stack
from coronal_formats.readers.dicom.tiles import is_tiled, tile_layout

__all__ = ["Segmentation", "is_segmentation"]

_LABEL_MAP_STORAGE = "1.2.840.10008.5.1.4.1.1.66.7"
_KINDS = ("BINARY", "LABELMAP")


def is_segmentation(dataset: Dataset) -> bool:
    """Return whether the frames of a file are segments."""
    is_stored_so = dataset.get("SOPClassUID") in (SegmentationStorage, _LABEL_MAP_STORAGE)
    return bool(is_stored_so or "SegmentationType" in dataset)


class Segmentation:
    """Where the frames of a segmentation go, and which segment each of them is.

    Parameters
    ----------
    dataset
        The file.
    frames
        How many frames it has.
    limits
        How many values the label map may have; it can have many more than the frames, between which slices
        may be empty.

    Raises
    ------
    BadImage
        When it holds fractions, a frame doesn't tell its segment, or the slices are no even stack.
    """

    def __init__(self, dataset: Dataset, frames: int, limits: ReadLimits) -> None:
        kind = dataset.get("SegmentationType") or "none"
        if kind not in _KINDS:
            raise BadImage(
                f"a DICOM segmentation must be {' or '.join(_KINDS)}, whose pixels are labels, found "
                f"{kind if str(kind).isalpha() else 'another kind'}"
            )
        self._background = int(dataset.get("PixelPaddingValue") or 0)
        self._numbers = None if kind == "LABELMAP" else _numbers(dataset, frames)
        segments = len(dataset.get("SegmentSequence") or ()) or 1
        self.layout = _layout(dataset, frames, limits, 1 if self._numbers is None else segments)
        limits.check_values("DICOM file", *self.layout.shape)
        _check_once(self.layout, self._numbers)

    def labels(self, frames: Pixels) -> Pixels:
        """Return the number of the segment at each pixel, 0 where there is none.

        Parameters
        ----------
        frames
            As they are stored: shape (frame, y, x).

        Raises
        ------
        BadImage
            When two segments have a pixel in common: a label map has one number for each.
        """
        if self._numbers is None:
            labels = self.layout.arranged(frames, self._background)
            return (
                np.where(labels == self._background, 0, labels).astype(labels.dtype)
                if self._background
                else labels
            )
        return self._merged(frames, self._numbers)

    def number_type(self, stored: "np.dtype[Any]") -> str:
        """Return the number type of the labels of frames whose stored values have a type."""
        return (stored if self._numbers is None else _merged_type(self._numbers)).name

    def _merged(self, frames: Pixels, numbers: Sequence[int]) -> Pixels:
        volume = (1,) * (3 - len(self.layout.shape)) + self.layout.shape
        labels = np.zeros(volume, _merged_type(numbers))
        for frame, corner, number in zip(frames, self.layout.corners, numbers, strict=True):
            part = labels[self.layout.place(corner, frame.shape)]
            is_there = frame[: part.shape[0], : part.shape[1]] != 0
            _check_free(part[is_there], number)
            part[is_there] = number
        return labels.reshape(self.layout.shape)


def _merged_type(numbers: Sequence[int]) -> "np.dtype[np.unsignedinteger]":
    return np.dtype(np.uint8 if max(numbers) < 2**8 else np.uint16)


def _layout(dataset: Dataset, frames: int, limits: ReadLimits, segments: int) -> Layout:
    plane = int(dataset.Rows), int(dataset.Columns)
    if is_tiled(dataset):
        return tile_layout(dataset, frames, limits, segments)
    if frames == 1:
        return Layout(plane, np.zeros((1, 3), np.intp), plane_geometry(dataset))
    stack = sparse_stack(dataset, frames)
    shape = plane if stack.count == 1 else (stack.count, *plane)
    corners = np.column_stack([stack.slices, np.zeros((frames, 2), np.intp)])
    return Layout(shape, corners, stack.geometry)


def _numbers(dataset: Dataset, frames: int) -> Sequence[int]:
    items = frame_groups(dataset, "SegmentIdentificationSequence", frames)
    found = [
        int(item.ReferencedSegmentNumber) for item in items if item and "ReferencedSegmentNumber" in item
    ]
    listed = [int(item.SegmentNumber) for item in dataset.get("SegmentSequence") or ()]
    if not found and listed and not frames % len(listed) and is_tiled(dataset):
        found = list(np.repeat(listed, frames // len(listed)))  # TILED_FULL: a segment after the other
    if len(found) < frames or min(found) < 1 or max(found) >= 2**16:
        raise BadImage(
            "each frame of a DICOM segmentation must tell the number of its segment, from 1 to 65535, "
            f"found {len(found)} numbers for {frames} frames"
        )
    return found


def _check_once(layout: Layout, numbers: Sequence[int] | None) -> None:
    each = np.zeros(len(layout.corners), np.intp) if numbers is None else np.array(numbers)
    places, counts = np.unique(np.column_stack([layout.corners, each]), axis=0, return_counts=True)
    if counts.max() > 1:
        raise BadImage(
            "a DICOM segmentation must have one frame of a segment at a place, found "
            f"{len(each)} frames at {len(places)}"
        )


def _check_free(there: Pixels, number: int) -> None:
    taken = there[there != 0]
    if taken.size:
        raise BadImage(
            "the segments of a DICOM segmentation must lie beside each other, as a label map has one number "
            f"for each pixel, found segment {number} over segment {int(taken[0])} in {taken.size:,} pixels "
            "of a frame"
        )

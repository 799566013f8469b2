"""Where a DICOM file keeps what holds for a frame: with the frame, with all frames, or at the top."""

import math
from typing import Any

from pydicom.dataset import Dataset

__all__ = ["frame_group", "group", "listed", "numbers"]


def group(dataset: Dataset, name: str, frame: int) -> Dataset:
    """Return the item of a functional group that holds for a frame, else the file itself.

    A file of a single frame has it all at the top.

    Parameters
    ----------
    dataset
        The file.
    name
        The group's sequence, e.g. ``PixelMeasuresSequence``.
    frame
        The frame's number, from 0.
    """
    found = frame_group(dataset, name, frame)
    return dataset if found is None else found


def frame_group(dataset: Dataset, name: str, frame: int) -> Dataset | None:
    """Return the item of a functional group (PS3.3, C.7.6.16): that of the frame, else the shared one."""
    each = dataset.get("PerFrameFunctionalGroupsSequence") or []
    shared = dataset.get("SharedFunctionalGroupsSequence") or []
    found = [item.get(name) for item in (*each[frame : frame + 1], *shared[:1])]
    items: list[Dataset] = [sequence[0] for sequence in found if sequence]
    return items[0] if items else None


def numbers(dataset: Dataset, keyword: str, count: int) -> tuple[float, ...] | None:
    """Return the numbers of an element; None where it is missing, of another count, or not finite.

    >>> dataset = Dataset()
    >>> dataset.PixelSpacing = [0.5, 0.75]
    >>> numbers(dataset, "PixelSpacing", 2), numbers(dataset, "PixelSpacing", 3)
    ((0.5, 0.75), None)
    """
    found = tuple(float(item) for item in listed(dataset, keyword))
    return found if len(found) == count and all(map(math.isfinite, found)) else None


def listed(dataset: Dataset, keyword: str) -> tuple[Any, ...]:
    """Return the values of an element, of whatever type: pydicom has one of one value by itself."""
    value = dataset.get(keyword)
    if value is None or value == "":
        return ()
    return tuple(value) if hasattr(value, "__len__") and not isinstance(value, str) else (value,)

"""Where a DICOM file keeps what holds for a frame: with the frame, with all frames, or at the top."""

import math
from typing import Any

from pydicom.dataset import Dataset

__all__ = ["frame_groups", "group", "listed", "numbers"]


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
    found = _frame_group(dataset, name, frame)
    return dataset if found is None else found


def _frame_group(dataset: Dataset, name: str, frame: int) -> Dataset | None:
    """Return the item of a functional group (PS3.3, C.7.6.16): that of the frame, else the shared one."""
    each = dataset.get("PerFrameFunctionalGroupsSequence") or []
    return _item(each[frame], name) or _shared(dataset, name) if frame < len(each) else _shared(dataset, name)


def frame_groups(dataset: Dataset, name: str, frames: int) -> list[Dataset | None]:
    """Return the item of a functional group for each frame; a shared one is the same object for all."""
    each = (dataset.get("PerFrameFunctionalGroupsSequence") or [])[:frames]
    shared = _shared(dataset, name)
    return [_item(item, name) or shared for item in each] + [shared] * (frames - len(each))


def _shared(dataset: Dataset, name: str) -> Dataset | None:
    shared = dataset.get("SharedFunctionalGroupsSequence")
    return _item(shared[0], name) if shared else None


def _item(groups: Dataset, name: str) -> Dataset | None:
    sequence = groups.get(name)
    return sequence[0] if sequence else None


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

"""Where a DICOM file keeps what holds for a frame: with the frame, with all frames, or at the top."""

import math

from pydicom.dataset import Dataset

__all__ = ["group", "numbers"]


def group(dataset: Dataset, name: str, frame: int) -> Dataset:
    """Give the item of a functional group that holds for a frame (PS3.3, C.7.6.16).

    Parameters
    ----------
    dataset
        The file.
    name
        The group's sequence, e.g. ``PixelMeasuresSequence``.
    frame
        The frame's number, from 0.

    Returns
    -------
    Dataset
        That of the frame, else the shared one, else the file itself: a single-frame file has it all there.
    """
    each = dataset.get("PerFrameFunctionalGroupsSequence") or []
    shared = dataset.get("SharedFunctionalGroupsSequence") or []
    found = [item.get(name) for item in (*each[frame : frame + 1], *shared[:1])]
    items: list[Dataset] = [sequence[0] for sequence in found if sequence]
    return items[0] if items else dataset


def numbers(dataset: Dataset, keyword: str, count: int) -> tuple[float, ...] | None:
    """Give the numbers of an element; None where it is missing, of another count, or not finite.

    >>> dataset = Dataset()
    >>> dataset.PixelSpacing = [0.5, 0.75]
    >>> numbers(dataset, "PixelSpacing", 2), numbers(dataset, "PixelSpacing", 3)
    ((0.5, 0.75), None)
    """
    value = dataset.get(keyword)
    items = () if value is None or value == "" else value if _is_several(value) else (value,)
    found = tuple(float(item) for item in items)
    return found if len(found) == count and all(map(math.isfinite, found)) else None


def _is_several(value: object) -> bool:
    return hasattr(value, "__len__") and not isinstance(value, str)

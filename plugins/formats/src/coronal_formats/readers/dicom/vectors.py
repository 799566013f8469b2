"""What the frames of a file without functional groups are: along which vectors they follow each other.

`FrameIncrementPointer` names them (PS3.3, C.7.6.6): times, pages, and in nuclear medicine also energies,
detectors, phases and slices (C.8.4.8).
"""

from collections.abc import Sequence

import numpy as np
from pydicom.datadict import keyword_for_tag
from pydicom.dataset import Dataset

from coronal import BadImage
from coronal_formats.readers.dicom.groups import listed, numbers

__all__ = ["slice_vector"]

_OF_SLICES = ("GridFrameOffsetVector", "SliceVector", "SliceLocationVector")
_OF_TIMES = ("FrameTime", "FrameTimeVector", "TimeSlotVector", "TimeSliceVector", "RRIntervalVector")
_SIGNS_OF_TIME = ("FrameTime", "FrameTimeVector", "CineRate", "RecommendedDisplayFrameRate")


def slice_vector(dataset: Dataset, frames: int) -> str:
    """Return the keyword of the vector by which the frames of a file are slices.

    Parameters
    ----------
    dataset
        A file of several frames, without a place of its own for each.
    frames
        How many.

    Raises
    ------
    BadImage
        When they follow each other in time or along anything else that is no place, or nothing tells.
    """
    pointers = _pointers(dataset)
    named = pointers or [name for name in _OF_SLICES if name in dataset]
    slices = [name for name in named if name in _OF_SLICES and numbers(dataset, name, frames)]
    others = {name: _steps(dataset, name, frames) for name in named if name not in slices}
    several = {name: count for name, count in others.items() if count > 1}
    if len(slices) == 1 and not several:
        return slices[0]
    raise BadImage(
        f"a DICOM file of several frames must hold slices of one stack, found {frames} frames "
        f"{_along(dataset, several, slices)}"
    )


def _along(dataset: Dataset, several: dict[str, int], slices: Sequence[str]) -> str:
    if any(name in _OF_TIMES for name in several):
        return f"that follow each other in time ({', '.join([*several, *slices])})"
    if several:
        return f"along {', '.join([*(f'{name} ({count})' for name, count in several.items()), *slices])}"
    signs = [name for name in _SIGNS_OF_TIME if name in dataset]
    if signs:
        return f"that follow each other in time ({', '.join(signs)})"
    return "whose places it doesn't tell"


def _pointers(dataset: Dataset) -> list[str]:
    tags = listed(dataset, "FrameIncrementPointer")
    names = [keyword_for_tag(tag) or "a private element" for tag in tags]
    # ITK points to the functional groups, and whatever there is of them has been looked at.
    return [name for name in names if name != "PerFrameFunctionalGroupsSequence"]


def _steps(dataset: Dataset, name: str, frames: int) -> int:
    # A vector has a number for each frame; what is one number for all, as FrameTime, is a step a frame.
    vector = numbers(dataset, name, frames) if name not in _SIGNS_OF_TIME else None
    return frames if vector is None else len(np.unique(vector))

"""The objects of a label map, one by one."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

__all__ = ["Box", "LabelledBox", "labelled_boxes"]

Box = tuple[slice, ...]


@dataclass(frozen=True, slots=True)
class LabelledBox:
    """Where a label occurs.

    Parameters
    ----------
    label
        Its number in the label map.
    box
        The smallest that holds all of its pixels.
    """

    label: int
    box: Box

    @property
    def size_px(self) -> int:
        """How many pixels the box has."""
        return int(np.prod([side.stop - side.start for side in self.box]))


def labelled_boxes(labels: NDArray[np.int32]) -> Iterator[LabelledBox]:
    """Give each label with its box, in the order of the labels.

    Examples
    --------
    >>> [one.label for one in labelled_boxes(np.array([[0, 5], [2_000_000_000, 5]], np.int32))]
    [5, 2000000000]
    """
    dense, numbers = _dense(labels)
    for number, box in enumerate(ndimage.find_objects(dense), start=1):
        if box is not None:
            yield LabelledBox(number if numbers is None else int(numbers[number]), box)


def _dense(labels: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32] | None]:
    # SciPy makes a list as long as the largest number, which may be two thousand million.
    if labels.max() <= labels.size:
        return labels, None
    numbers, places = np.unique(np.append(labels, np.int32(0)), return_inverse=True)
    return places[:-1].reshape(labels.shape).astype(np.int32), numbers

"""The objects of a label map, one by one."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from coronal import LabelMap
from coronal_imaging.measure.objects import Box, Objects

__all__ = ["LabelledBox", "labelled_boxes"]


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


def labelled_boxes(labels: LabelMap) -> Iterator[LabelledBox]:
    """Yield each label with its box, in the order of the labels.

    Examples
    --------
    >>> [one.label for one in labelled_boxes(LabelMap(np.array([[0, 5], [2_000_000_000, 5]])))]
    [5, 2000000000]
    """
    for number, box in Objects.of(labels).boxes().items():
        yield LabelledBox(number, box)

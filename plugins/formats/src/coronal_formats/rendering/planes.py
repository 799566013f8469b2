"""The planes of an image that a person is shown, the way a radiologist holds them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from coronal import Image, LabelMap
from coronal.types.image import Pixels

__all__ = ["Plane", "planes_of"]

_ENDS = (("R", "L"), ("A", "P"), ("F", "H"))
"""Letters for the ends of x, y and z in LPS: right, left; anterior, posterior; feet, head."""

_TILT = 0.3
"""The part of a direction from which on it is named."""

_NAMES = ("axial", "coronal", "sagittal")


@dataclass(frozen=True, eq=False, slots=True)
class Plane:
    """A plane to be shown: rows downwards, columns to the right.

    Parameters
    ----------
    pixels
        Shape (y, x), or (y, x, c).
    labels
        Shape (y, x); None where there is no label map.
    spacing
        The distance between rows and between columns, in mm, or 1 each in pixels.
    title
        What plane it is; empty for the only one.
    letters
        The patient's sides at the top, right, bottom and left edge; empty where unknown.
    """

    pixels: Pixels
    labels: NDArray[np.int32] | None
    spacing: tuple[float, float]
    title: str = ""
    letters: tuple[str, str, str, str] = ("", "", "", "")


def planes_of(image: Image, labels: LabelMap | None, chosen_by: LabelMap | None = None) -> tuple[Plane, ...]:
    """Choose what is shown.

    Parameters
    ----------
    image
        A plane or a volume.
    labels
        Its label map.
    chosen_by
        The label map that tells which planes of a volume are shown; by default its own.

    Returns
    -------
    tuple[Plane, ...]
        A plane: itself, as it is stored. A volume: axial, coronal and sagittal, each where most is labelled
        (else in the middle), in radiological view: the patient's right is on the left, the head is up, the
        nose is to the left. Where the volume's place in the patient is unknown: its three planes as stored.
    """
    columns = None if image.geometry.direction is None else np.array(image.geometry.direction)
    chosen_by = chosen_by or labels
    stored = _Volume(
        image.pixels,
        None if labels is None else labels.labels,
        None if chosen_by is None else chosen_by.labels,
        image.spacing,
        columns,
    )
    if image.dimensions == 2:
        return (stored.plane("", (0, 1)),)
    return tuple(stored.towards_lps().cuts())


@dataclass(frozen=True, eq=False, slots=True)
class _Volume:
    # Arrays with the spacing and direction of their spatial axes, in the order of these axes.
    pixels: Pixels
    labels: NDArray[np.int32] | None
    chosen_by: NDArray[np.int32] | None
    spacing: tuple[float, ...]
    columns: NDArray[np.float64] | None

    def moved(self, axes: tuple[int, ...], flips: tuple[int, ...]) -> "_Volume":
        channel = tuple(range(len(axes), self.pixels.ndim))
        columns = None
        if self.columns is not None:
            columns = self.columns[:, axes] * [-1 if axis in flips else 1 for axis in range(len(axes))]
        return _Volume(
            np.flip(self.pixels.transpose(*axes, *channel), flips),
            None if self.labels is None else np.flip(self.labels.transpose(axes), flips),
            None if self.chosen_by is None else np.flip(self.chosen_by.transpose(axes), flips),
            tuple(self.spacing[axis] for axis in axes),
            columns,
        )

    def towards_lps(self) -> "_Volume":
        # Array axes that run most nearly along z, y and x, each in the direction in which these grow.
        if self.columns is None:
            return self
        towards = self.columns[::-1]
        axes = max(permutations(range(3)), key=lambda order: sum(abs(towards[range(3), order])))
        flips = tuple(place for place, axis in enumerate(axes) if towards[place, axis] < 0)
        return self.moved(axes, flips)

    def cuts(self) -> Iterator[Plane]:
        for axis, name in enumerate(_NAMES):
            index = self._fullest(axis)
            cut = self._cut(axis, index)
            if self.columns is None:
                yield cut.plane(f"{'zyx'[axis]} = {index}", (0, 1))
            else:
                # Rows that run along z grow towards the head, which belongs at the top.
                held = cut if axis == 0 else cut.moved((0, 1), (0,))
                yield held.plane(name, (0, 1))

    def _cut(self, axis: int, index: int) -> "_Volume":
        columns = None if self.columns is None else np.delete(self.columns, axis, axis=1)
        spacing = tuple(step for place, step in enumerate(self.spacing) if place != axis)
        labels = None if self.labels is None else np.take(self.labels, index, axis)
        return _Volume(np.take(self.pixels, index, axis), labels, None, spacing, columns)

    def _fullest(self, axis: int) -> int:
        if self.chosen_by is None or not self.chosen_by.any():
            return int(self.pixels.shape[axis]) // 2
        others = tuple(place for place in range(3) if place != axis)
        counts = np.count_nonzero(self.chosen_by, axis=others)
        fullest = np.flatnonzero(counts == counts.max())
        return int(fullest[len(fullest) // 2])

    def plane(self, title: str, axes: tuple[int, int]) -> Plane:
        down, right = axes
        letters = ("", "", "", "")
        if self.columns is not None:
            rows, across = self.columns[:, down], self.columns[:, right]
            letters = (_letters(-rows), _letters(across), _letters(rows), _letters(-across))
        return Plane(self.pixels, self.labels, (self.spacing[down], self.spacing[right]), title, letters)


def _letters(direction: NDArray[np.float64]) -> str:
    order = np.argsort(-np.abs(direction), kind="stable")
    return "".join(_ENDS[axis][int(direction[axis] > 0)] for axis in order if abs(direction[axis]) > _TILT)

"""The objects of a label map, all at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from coronal import LabelMap
from coronal.types.runs import Places, Runs

__all__ = ["Box", "Objects"]

Box: TypeAlias = tuple[slice, ...]
"""Where an object lies: from its first pixel to behind its last, along each axis."""


@dataclass(frozen=True, slots=True, eq=False)
class Objects:
    """All objects of a label map, in the order of their labels.

    What is summed is summed over runs of pixels, as whole numbers: exactly, and the same on every processor.

    Parameters
    ----------
    labels
        The label map.
    runs
        Its pixels, as runs along the last axis.
    places
        Where each run begins: an array of its indices along each axis; shape (runs,) each.
    """

    labels: NDArray[np.int32]
    runs: Runs
    places: tuple[Places, ...]

    @classmethod
    def of(cls, labels: LabelMap) -> "Objects":
        """Find the objects of a label map.

        Examples
        --------
        >>> objects = Objects.of(LabelMap(np.array([[0, 5], [2_000_000_000, 5]])))
        >>> objects.numbers.tolist(), objects.sizes_px.tolist(), objects.centroids_px.tolist()
        ([5, 2000000000], [2, 1], [[0.5, 1.0], [1.0, 0.0]])
        """
        runs = labels.runs
        return cls(labels.labels, runs, np.unravel_index(runs.starts, labels.shape))

    @property
    def numbers(self) -> NDArray[np.int32]:
        """The label of each object; shape (objects,)."""
        return self.runs.numbers

    @property
    def sizes_px(self) -> Places:
        """How many pixels each object has; shape (objects,)."""
        return self.runs.sizes_px

    @property
    def centroids_px(self) -> NDArray[np.float64]:
        """The mean place of each object's pixels, in array order; shape (objects, axes)."""
        return np.stack(self._sums(), axis=-1) / self.sizes_px[:, np.newaxis]

    @property
    def boxes_px(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The first pixel of each object along each axis, and that behind its last; shape (objects, axes)."""
        ends = (*self.places[:-1], self.places[-1] + self.runs.lengths - 1)
        first = [np.minimum.reduceat(place, self.runs.offsets) for place in self.places]
        last = [np.maximum.reduceat(end, self.runs.offsets) for end in ends]
        return np.stack(first, axis=-1), np.stack(last, axis=-1) + 1

    @property
    def covariances_px(self) -> NDArray[np.float64]:
        """The covariance of the indices of each object's pixels; shape (objects, axes, axes).

        It comes from whole sums and is rounded once, and so is exactly 0 between two axes of what lies along
        one of them. The sign of a residue there would turn an orientation from 90 to -90.
        """
        axes, counts = len(self.places), self.sizes_px.astype(object)
        # Python's whole numbers, for these products have more digits than 64 bits hold.
        sums = [one.astype(object) for one in self._sums()]
        found = np.empty((self.numbers.size, axes, axes))
        for one in range(axes):
            for other in range(one, axes):
                products = self._sums_of_products(one, other).astype(object)
                found[:, one, other] = (counts * products - sums[one] * sums[other]) / counts**2
                found[:, other, one] = found[:, one, other]
        return found

    def boxes(self) -> dict[int, Box]:
        """Return the box of each object, by its label.

        >>> Objects.of(LabelMap(np.array([[0, 5], [9, 5]]))).boxes()
        {5: (slice(0, 2, None), slice(1, 2, None)), 9: (slice(1, 2, None), slice(0, 1, None))}
        """
        first, behind = (ends.tolist() for ends in self.boxes_px)
        return {
            number: tuple(map(slice, start, stop))
            for number, start, stop in zip(self.numbers.tolist(), first, behind, strict=True)
        }

    def lines(self) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """Yield each object's first and last pixel in each line of the last axis; shape (lines, axes)."""
        starts = np.stack(self.places, axis=-1)
        stops = starts.copy()
        stops[:, -1] += self.runs.lengths - 1
        is_new = np.any(starts[1:, :-1] != starts[:-1, :-1], axis=-1)
        for first, behind in zip(
            self.runs.offsets, np.append(self.runs.offsets, len(starts))[1:], strict=True
        ):
            edges = first + 1 + np.flatnonzero(is_new[first : behind - 1])
            yield starts[np.append(first, edges)], stops[np.append(edges, behind) - 1]

    def _sums(self) -> list[Places]:
        """Compute the sum of the indices of each object's pixels along each axis."""
        lengths, offsets = self.runs.lengths, self.runs.offsets
        *lines, _ = self.places
        return [
            *(np.add.reduceat(line * lengths, offsets) for line in lines),
            np.add.reduceat(self._along_runs(), offsets),
        ]

    def _sums_of_products(self, one: int, other: int) -> Places:
        """Compute the sum of the products of the indices of each object's pixels along two axes."""
        last, lengths = len(self.places) - 1, self.runs.lengths
        if other < last:
            products = self.places[one] * self.places[other] * lengths
        elif one < last:
            products = self.places[one] * self._along_runs()
        else:
            start = self.places[last]
            squares = (lengths - 1) * lengths * (2 * lengths - 1) // 6
            products = lengths * start**2 + start * lengths * (lengths - 1) + squares
        return np.add.reduceat(products, self.runs.offsets)

    def _along_runs(self) -> Places:
        # The sum of the indices of a run along the last axis.
        lengths = self.runs.lengths
        return lengths * self.places[-1] + lengths * (lengths - 1) // 2

"""The values of objects: those that count, object by object."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coronal import Image
from coronal.types.runs import Places
from coronal_imaging.measure.levels import countable, measured_values
from coronal_imaging.measure.objects import Objects

__all__ = ["ObjectValues"]

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class ObjectValues:
    """The values that count of all objects.

    Parameters
    ----------
    values
        Object by object, in one axis.
    counts
        How many each object has; shape (objects,). An object can have none.
    """

    values: Numbers
    counts: Places

    @classmethod
    def of(cls, image: Image, objects: Objects) -> "ObjectValues":
        """Return the grey values of an image that count: no NaN, no padding, nothing beyond ±10³⁸."""
        values = measured_values(image).reshape(-1)[objects.runs.pixels()]
        counts = objects.sizes_px
        counted = countable(values)
        if not counted.all():
            owners = np.repeat(np.arange(counts.size), counts)[counted]
            values, counts = values[counted], np.bincount(owners, minlength=counts.size)
        return cls(values.astype(np.float64), counts)

    def mean(self, values: Numbers) -> Numbers:
        """Compute the mean over each object of one number for each value; NaN of an object without any."""
        return self.sum(values) / np.maximum(self.counts, 1)

    def sum(self, values: Numbers) -> Numbers:
        """Compute the sum over each object of one number for each value; NaN of an object without any."""
        sums, has_any = np.full(self.counts.size, np.nan), self.counts > 0
        sums[has_any] = np.add.reduceat(values, self.starts[has_any])
        return sums

    def spread(self, of_objects: Numbers) -> Numbers:
        """Return for each value the number of its object."""
        return np.repeat(of_objects, self.counts)

    @property
    def starts(self) -> Places:
        """Where the values of each object begin; shape (objects,)."""
        return np.cumsum(self.counts) - self.counts

    def mean_and_sd(self) -> tuple[Numbers, Numbers]:
        """Compute mean and standard deviation (of the population) of each object; NaN without a value."""
        mean = self.mean(self.values)
        return mean, np.sqrt(self.mean((self.values - self.spread(mean)) ** 2))

    def percentiles(self, percents: Sequence[float]) -> list[Numbers]:
        """Compute percentiles of each object, interpolated as by `numpy.percentile`; NaN without a value."""
        ordered = self.values.copy()
        for start, count in zip(self.starts.tolist(), self.counts.tolist(), strict=True):
            ordered[start : start + count].sort()
        return [self._percentile(ordered, percent) for percent in percents]

    def _percentile(self, ordered: Numbers, percent: float) -> Numbers:
        found, has_any = np.full(self.counts.size, np.nan), self.counts > 0
        place = (self.counts[has_any] - 1) * (percent / 100)
        before = np.floor(place).astype(np.intp)
        part = place - before
        starts, last = self.starts[has_any], self.counts[has_any] - 1
        low, high = ordered[starts + before], ordered[starts + np.minimum(before + 1, last)]
        # From the nearer of the two, as the library.
        step = high - low
        found[has_any] = np.where(part < 0.5, low + step * part, high - step * (1 - part))
        return found

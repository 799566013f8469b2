"""The values that count for a threshold, and how often each occurs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coronal.types.image import MAX_MAGNITUDE, Pixels

__all__ = ["BINS", "CountedValues"]

BINS = 256
"""Of floats, and of whole numbers beyond ±65,535."""

_MAX_COUNTED = 65_535
"""Whole numbers up to it have a bin each."""

_FLOAT32_SAFE = (1e-9, 1e9)
"""Between these the library's products of counts and squared differences neither vanish nor overflow."""

_CHUNK = 1 << 16
"""Values that are counted at a time: they fit into a processor's cache."""

_NEAR = 1 / 512
"""Of a bin: so near to an edge, rounding may have put a value into the next one."""

Numbers = NDArray[np.floating]


@dataclass(frozen=True, slots=True, eq=False)
class CountedValues:
    """Values in one axis, and of a type that the libraries can bear.

    Parameters
    ----------
    values
        Whole numbers within ±65,535, or floats within ±10³⁸.
    low, high
        The smallest and the largest; low < high.
    """

    values: Pixels
    low: float
    high: float

    @classmethod
    def of(cls, values: Pixels) -> "CountedValues | None":
        """Return those of values that count: no NaN, no infinity, nothing beyond ±10³⁸.

        Returns
        -------
        CountedValues or None
            None where there are no two classes: nothing finite, all of one value, or floats too close for a
            histogram of 256 bins.
        """
        counted: Pixels = values.reshape(-1)
        low, high = counted.min(), counted.max()
        if values.dtype.kind == "f" and not (low >= -MAX_MAGNITUDE and high <= MAX_MAGNITUDE):
            counted = counted[(counted >= -MAX_MAGNITUDE) & (counted <= MAX_MAGNITUDE)]
            if counted.size == 0:
                return None
            low, high = counted.min(), counted.max()
        if not _has_classes(counted.dtype, float(low), float(high)):
            return None
        if not _is_safe(counted.dtype, float(low), float(high)):
            counted = counted.astype(np.float64)
        return cls(counted, low.item(), high.item())

    def histogram(
        self, max_bins: int = 2 * _MAX_COUNTED + 1
    ) -> tuple[NDArray[np.intp], Numbers | NDArray[np.intp]]:
        """Count whole numbers one by one, and floats in 256 bins, as `skimage.exposure.histogram` does.

        Parameters
        ----------
        max_bins
            Whole numbers that would take more are counted as floats.

        Returns
        -------
        tuple
            The counts, and the middle of each bin.
        """
        if self.values.dtype.kind == "f":
            return _binned(self.values, self.low, self.high)
        if self.high - self.low < max_bins:
            return _one_by_one(self.values, int(self.low), int(self.high))
        return _binned(self.values.astype(np.float64), self.low, self.high)


def _one_by_one(values: Pixels, low: int, high: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    size = high - low + 1
    counts = np.zeros(size, np.intp)
    for chunk in _chunks(values, max(_CHUNK, size)):
        counts += np.bincount(np.subtract(chunk, low, dtype=np.intp), minlength=size)
    return counts, np.arange(low, high + 1)


def _chunks(values: Pixels, size: int) -> Iterator[Pixels]:
    for start in range(0, values.size, size):
        yield values[start : start + size]


def _binned(values: Pixels, low: float, high: float) -> tuple[NDArray[np.intp], Numbers]:
    """Count floats in bins of equal width, as `numpy.histogram` does, which takes three times as long.

    It compares each value with the edges of its bin. Here only those are compared that are near to one.
    """
    # In the values' own type, as the library takes them.
    ends: tuple[Any, Any] = (values.dtype.type(low), values.dtype.type(high))
    scale = values.dtype.type(BINS / (high - low))
    # How far the library's edges are off, in bins: they are rounded to the values' own type.
    reach = _NEAR + BINS * float(np.spacing(max(abs(ends[0]), abs(ends[1])))) / (high - low)
    counts, near = np.zeros(BINS + 1, np.intp), []
    for chunk in _chunks(values, _CHUNK):
        places = chunk - ends[0]
        places *= scale
        whole = np.floor(places)
        places -= whole
        places -= 0.5
        is_near = np.abs(places, out=places) > 0.5 - reach
        bins = whole.astype(np.intp)
        counts += np.bincount(bins, minlength=BINS + 1)
        if is_near.any():
            counts -= np.bincount(bins[is_near], minlength=BINS + 1)
            near.append(chunk[is_near])
    of_near, edges = np.histogram(np.concatenate(near), BINS, ends)
    return counts[:BINS] + of_near, (edges[:-1] + edges[1:]) / 2.0


def _has_classes(dtype: np.dtype[np.number | np.bool_], low: float, high: float) -> bool:
    if dtype.kind != "f":
        return low < high
    return bool(high - low > BINS * np.spacing(max(abs(low), abs(high))))


def _is_safe(dtype: np.dtype[np.number | np.bool_], low: float, high: float) -> bool:
    largest = max(abs(low), abs(high))
    if dtype.kind != "f":
        return largest <= _MAX_COUNTED
    min_safe, max_safe = _FLOAT32_SAFE
    return largest <= max_safe and high - low >= max(min_safe, 1e-4 * largest)

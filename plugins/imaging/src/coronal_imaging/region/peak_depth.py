"""How deep the saddle is that lies between a peak and a higher one."""

from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

__all__ = ["peak_depths"]

Pairs = NDArray[np.int64]
Heights = NDArray[np.float64]


def peak_depths(height: Heights, peaks: NDArray[np.int32], basins: NDArray[np.int32]) -> Heights:
    """Compute how far one must go down from each peak on the way to a higher one.

    The basins are joined at the highest saddle first; where two sets of them meet, the lower summit has found
    its saddle. Peaks whose depth is over h are the h-maxima of the height (P. Soille, Morphological Image
    Analysis, Springer, 2003, 6.3.4), for a fraction of the time and memory of a reconstruction.

    Parameters
    ----------
    height
        2-D or 3-D.
    peaks
        Of the same shape: 1 to n at the peaks, 0 elsewhere.
    basins
        Of the same shape: the watershed of the inverted height, flooded from the peaks; 0 for the background.

    Returns
    -------
    NDArray[np.float64]
        Of n peaks, in the unit of the height. Infinite for the highest of what is connected; of equal
        peaks one counts as higher.

    Examples
    --------
    >>> height = np.array([[1.0, 5.0, 3.0, 4.0, 0.0, 9.0]])
    >>> peaks = np.array([[0, 1, 0, 2, 0, 3]], np.int32)
    >>> peak_depths(height, peaks, np.array([[1, 1, 1, 2, 3, 3]], np.int32))
    array([ 5.,  1., inf])
    """
    summits = np.asarray(ndimage.maximum(height, peaks, range(1, int(peaks.max()) + 1)), np.float64)
    depths = np.full(len(summits), np.inf)
    pairs, saddles = _saddles(height, basins)
    higher = np.arange(len(summits))
    for place in np.argsort(-saddles, kind="stable").tolist():
        one, other = sorted((_highest(higher, end) for end in pairs[place].tolist()), key=summits.__getitem__)
        if one != other:
            higher[one] = other
            depths[one] = summits[one] - saddles[place]
    return depths


def _highest(higher: Pairs, peak: int) -> int:
    while higher[peak] != peak:
        higher[peak] = higher[higher[peak]]
        peak = int(higher[peak])
    return peak


def _saddles(height: Heights, basins: NDArray[np.int32]) -> tuple[Pairs, Heights]:
    """Find which basins are neighbours (from 0), and the highest place where one can cross."""
    found = [_crossings(height, basins, here, there) for here, there in _neighbours(height.ndim)]
    pairs, saddles = (np.concatenate(columns) for columns in zip(*found, strict=True))
    own, which = np.unique(pairs, axis=0, return_inverse=True)
    highest = np.full(len(own), -np.inf)
    np.maximum.at(highest, which, saddles)
    return own - 1, highest


def _crossings(
    height: Heights, basins: NDArray[np.int32], here: tuple[slice, ...], there: tuple[slice, ...]
) -> tuple[Pairs, Heights]:
    one, other = basins[here], basins[there]
    crosses = (one != other) & (one > 0) & (other > 0)
    pairs = np.sort(np.stack([one[crosses], other[crosses]], axis=1).astype(np.int64), axis=1)
    return pairs, np.minimum(height[here][crosses], height[there][crosses])


def _neighbours(dimensions: int) -> Iterator[tuple[tuple[slice, ...], tuple[slice, ...]]]:
    """Yield each direction to a neighbour, by an edge or a corner, and not the one that is opposite to it."""
    ends = {-1: (slice(1, None), slice(-1)), 0: (slice(None),) * 2, 1: (slice(-1), slice(1, None))}
    for steps in product((-1, 0, 1), repeat=dimensions):
        if steps > (0,) * dimensions:
            here, there = zip(*(ends[step] for step in steps), strict=True)
            yield here, there

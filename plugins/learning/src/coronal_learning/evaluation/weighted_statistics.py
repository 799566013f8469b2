"""Sums and means over the items of many resamples at once."""

import numpy as np
from numpy.typing import NDArray

from coronal_learning.evaluation.bootstrap import Weights

__all__ = ["mean", "ratio", "weighted_sums"]


def weighted_sums(weights: Weights, groups: NDArray[np.int64], count: int) -> NDArray[np.float64]:
    """Add weights up by the group of each item.

    Parameters
    ----------
    weights
        Shape (resamples, items).
    groups
        Numbers below `count`, shape (items,).
    count
        How many groups there are.

    Returns
    -------
    NDArray[np.float64]
        Shape (resamples, groups).

    Examples
    --------
    >>> weighted_sums(np.array([[1.0, 2.0, 4.0]]), np.array([0, 2, 0]), 3)
    array([[5., 0., 2.]])
    """
    rows = len(weights)
    places = groups + count * np.arange(rows)[:, None]
    added = np.bincount(places.reshape(-1), weights.reshape(-1), rows * count)
    return np.asarray(added.reshape(rows, count), np.float64)


def mean(weights: Weights, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of the values of items, shape (items,) or (items, columns), in each resample.

    NaN is left out; where nothing else was drawn the mean is NaN.

    >>> mean(np.array([[1.0, 0.0, 3.0], [0.0, 1.0, 0.0]]), np.array([1.0, np.nan, 3.0]))
    array([2.5, nan])
    """
    is_reported = ~np.isnan(values)
    return ratio(weights @ np.where(is_reported, values, 0.0), weights @ is_reported)


def ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide; NaN where there is nothing to divide by.

    >>> ratio(np.array([1.0, 0.0]), np.array([4.0, 0.0]))
    array([0.25,  nan])
    """
    return part / np.where(whole > 0, whole, np.nan)

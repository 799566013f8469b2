"""Rows at which a graph may well differ from its estimator: ties, thresholds, random ones."""

import numpy as np
from numpy.typing import NDArray

from coronal_learning.estimators.estimator import Estimator
from coronal_learning.estimators.tree_validation import thresholds_of

__all__ = ["hard_rows"]

_RANDOM = 100
_THRESHOLDS = 100
"""How many of each there are: a forest is at a draw in some of them, and a machine has soon answered all."""


def hard_rows(estimator: Estimator, values: NDArray[np.float64], seed: int = 0) -> NDArray[np.float64]:
    """Return rows of features that are hard to answer alike.

    Parameters
    ----------
    estimator
        A fitted one.
    values
        The features that it has learned from, shape (images, features).
    seed
        Of what is random.

    Returns
    -------
    NDArray[np.float64]
        Random rows; the middles between two learned ones; and, of trees, learned rows with a value at a
        threshold, or at the float32 on either side of it.
    """
    random = np.random.default_rng(seed)
    low, high = values.min(axis=0), values.max(axis=0)
    anywhere = random.uniform(low, high, (_RANDOM, values.shape[1]))
    one, other = random.integers(0, len(values), (2, _RANDOM))
    middles = (values[one] + values[other]) / 2
    return np.concatenate([anywhere, middles, _at_thresholds(estimator, values, random)])


def _at_thresholds(
    estimator: Estimator, values: NDArray[np.float64], random: np.random.Generator
) -> NDArray[np.float64]:
    features, thresholds = thresholds_of(estimator.named_steps["classify"])
    if not len(features):
        return values[:0]
    chosen = random.integers(0, len(features), _THRESHOLDS)
    rows = values[random.integers(0, len(values), _THRESHOLDS)]
    column = features[chosen]
    at = _unscaled(estimator, thresholds[chosen], column).astype(np.float32)
    found = []
    for beside in (at, np.nextafter(at, np.float32(-np.inf)), np.nextafter(at, np.float32(np.inf))):
        changed = rows.copy()
        changed[np.arange(_THRESHOLDS), column] = beside
        found.append(changed)
    return np.concatenate(found)


def _unscaled(
    estimator: Estimator, thresholds: NDArray[np.float64], column: NDArray[np.int64]
) -> NDArray[np.float64]:
    scale = estimator.named_steps.get("scale")
    return thresholds if scale is None else thresholds * scale.scale_[column] + scale.mean_[column]

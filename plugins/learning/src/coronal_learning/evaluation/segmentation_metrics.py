"""Metrics of a segmenter, computed in each resample."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from coronal_learning.evaluation.bootstrap import Score, Scores, Weights
from coronal_learning.evaluation.item_scores import ItemScores
from coronal_learning.evaluation.weighted_statistics import mean, ratio

__all__ = ["MEASURES", "segmentation", "unit_of"]

MEASURES = ("dice", "jaccard", "hausdorff95")


def segmentation(items: Sequence[ItemScores]) -> Score:
    """Return the function that measures it in resamples.

    Returns
    -------
    Score
        Of each of `MEASURES` the mean of all items: ``dice``, of an item the mean of its labels, and
        ``label_dice``, of each label. What is undefined in an item is left out of the mean.
    """
    values = {f"label_{name}": _values(items, name) for name in MEASURES}
    values |= {name: _mean_of_labels(values[f"label_{name}"]) for name in MEASURES}

    def score(weights: Weights) -> Scores:
        return {name: mean(weights, one) for name, one in values.items()}

    return score


def unit_of(items: Sequence[ItemScores]) -> Literal["mm", "px"]:
    """Return the unit of a mean distance: mm where an item has a spacing; those in pixels are left out."""
    return "mm" if any(one.unit == "mm" for one in items) else "px"


def _values(items: Sequence[ItemScores], name: str) -> NDArray[np.float64]:
    values = np.array([getattr(one, name) for one in items], np.float64)
    if name == "hausdorff95":
        unit = unit_of(items)
        values[[one.unit != unit for one in items]] = np.nan
    return values


def _mean_of_labels(values: NDArray[np.float64]) -> NDArray[np.float64]:
    is_reported = ~np.isnan(values)
    return ratio(np.nansum(values, axis=1), is_reported.sum(axis=1))

"""How well probabilities rank items: ROC and precision-recall curves, and the areas under them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coronal_learning.evaluation.bootstrap import Weights

__all__ = ["Curve", "Ranking"]

Curve = tuple[tuple[float, float], ...]
"""Points (x, y) from left to right, or of a precision-recall curve by growing recall."""

_STEPS = 250
"""Resolution of a curve: points closer than 1 / 250 to the last one on both axes are left out."""


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Items by how probable a class is, the most probable first; equal ones form a group.

    Parameters
    ----------
    order
        The items in this order, shape (items,).
    ends
        Where each group ends: the place in `order` of its last item, shape (groups,).
    is_of_it
        Whether each item, in this order, is of the class; shape (items,).

    Notes
    -----
    Areas are those of `sklearn.metrics.roc_auc_score` and `sklearn.metrics.average_precision_score`, of many
    resamples at once. T. Fawcett, An introduction to ROC analysis, Pattern Recognit. Lett. 27 (2006) 861-874.

    Examples
    --------
    >>> ranking = Ranking.of(np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True]))
    >>> [area.item() for area in ranking.areas(np.ones((1, 4)))]
    [0.75, 0.8333333333333333]
    """

    order: NDArray[np.int64]
    ends: NDArray[np.int64]
    is_of_it: NDArray[np.bool_]

    @classmethod
    def of(cls, probability: NDArray[np.float64], is_of_it: NDArray[np.bool_]) -> "Ranking":
        """Rank items; both arrays are of shape (items,)."""
        order = np.argsort(-probability, kind="stable")
        ends = np.append(np.flatnonzero(np.diff(probability[order])), len(order) - 1)
        return cls(order, ends, is_of_it[order])

    def areas(self, weights: Weights) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the area under the ROC curve and the average precision of each resample.

        Returns
        -------
        tuple
            Both of shape (resamples,); NaN where none, or all, of what was drawn is of the class.
        """
        if not self.is_of_it.any():
            return np.full(len(weights), np.nan), np.full(len(weights), np.nan)
        places, first, start, end = self._hit_groups()
        # Of all that was drawn, how much lies above each place; beyond it only groups with a hit matter.
        above = np.cumsum(np.take(weights, self.order, axis=1), axis=1)
        all_drawn, above = above[:, -1], np.pad(above, ((0, 0), (1, 0)))
        gained = np.add.reduceat(np.take(weights, self.order[places], axis=1), first, axis=1)
        hits = np.cumsum(gained, axis=1)
        all_hits = hits[:, -1]
        all_others = all_drawn - all_hits
        others = all_others[:, None] - (above[:, start] + above[:, end]) / 2 + hits - gained / 2
        is_reported = (all_hits > 0) & (all_others > 0)
        area = (gained * others).sum(axis=1) / np.where(is_reported, all_hits * all_others, np.nan)
        # Where nothing was drawn so far nothing is gained either.
        precision = hits / np.maximum(above[:, end], 1.0)
        return area, (gained * precision).sum(axis=1) / np.where(is_reported, all_hits, np.nan)

    def roc(self) -> Curve:
        """Return the ROC curve: false and true positive rate at each threshold.

        Empty where none, or all, of the items are of the class.
        """
        hits, others = self._counts()
        if not (hits[-1] and others[-1]):
            return ()
        return _thinned(np.append(0.0, others / others[-1]), np.append(0.0, hits / hits[-1]))

    def precision_recall(self) -> Curve:
        """Return the precision-recall curve; empty where none, or all, of the items are of the class."""
        hits, others = self._counts()
        if not (hits[-1] and others[-1]):
            return ()
        return _thinned(hits / hits[-1], hits / (hits + others))

    def _counts(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        hits = np.cumsum(self.is_of_it, dtype=np.int64)[self.ends]
        return hits, self.ends + 1 - hits

    def _hit_groups(self) -> tuple[NDArray[np.int64], ...]:
        # The places of the items of the class; of each group that has one the first of these; and the places
        # at which it starts, and after which it ends.
        places = np.flatnonzero(self.is_of_it)
        groups = np.searchsorted(self.ends, places)
        first = np.flatnonzero(np.diff(groups, prepend=-1))
        ends = np.append(0, self.ends + 1)
        return places, first, ends[groups[first]], ends[groups[first] + 1]


def _thinned(x: NDArray[np.float64], y: NDArray[np.float64]) -> Curve:
    points = list(zip(x.round(6).tolist(), y.round(6).tolist(), strict=True))
    return tuple(_far_apart(points))


def _far_apart(points: list[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    last = (-1.0, -1.0)
    for number, (x, y) in enumerate(points, start=1):
        if max(abs(x - last[0]), abs(y - last[1])) >= 1 / _STEPS or number == len(points):
            yield x, y
            last = x, y

"""Metrics of a classifier, computed in each resample."""

import numpy as np
from numpy.typing import NDArray

from coronal_learning.evaluation.bootstrap import Score, Scores, Weights
from coronal_learning.evaluation.calibration import calibration
from coronal_learning.evaluation.predictions import Predictions
from coronal_learning.evaluation.roc import Ranking
from coronal_learning.evaluation.weighted_statistics import mean, ratio, weighted_sums

__all__ = ["METRICS", "classification", "rankings"]

METRICS = (
    "accuracy",
    "balanced_accuracy",
    "macro_f1",
    "roc_auc",
    "average_precision",
    "brier_score",
    "expected_calibration_error",
)
"""The names of those of all classes together."""


def classification(predictions: Predictions) -> Score:
    """Return the function that measures all of it in resamples.

    Returns
    -------
    Score
        `METRICS`; of each class ``class_precision``, ``class_recall``, ``class_specificity``, ``class_f1``,
        ``class_roc_auc`` and ``class_average_precision``; and ``bin_accuracy``
        (`coronal_learning.evaluation.calibration`).

        The mean of all classes is that of those in the truth; it is NaN in a resample that lacks one of them,
        for it would be the mean of something else.
    """
    ranked = rankings(predictions)

    def score(weights: Weights) -> Scores:
        classes = _by_class(predictions, weights) | _by_rank(ranked, weights)
        present = predictions.present
        return {
            "accuracy": mean(weights, predictions.is_right.astype(np.float64)),
            "balanced_accuracy": classes["class_recall"][:, present].mean(axis=1),
            "macro_f1": classes["class_f1"][:, present].mean(axis=1),
            "roc_auc": classes["class_roc_auc"][:, present].mean(axis=1),
            "average_precision": classes["class_average_precision"][:, present].mean(axis=1),
            **classes,
            **calibration(predictions, weights),
        }

    return score


def rankings(predictions: Predictions) -> list[Ranking]:
    """Rank the items by how probable each class is, one against all others."""
    return [
        Ranking.of(predictions.probabilities[:, place], predictions.truth == place)
        for place in range(len(predictions.classes))
    ]


def _by_class(predictions: Predictions, weights: Weights) -> dict[str, NDArray[np.float64]]:
    count = len(predictions.classes)
    support = weighted_sums(weights, predictions.truth, count)
    predicted = weighted_sums(weights, predictions.predicted, count)
    hits = weighted_sums(weights * predictions.is_right, predictions.truth, count)
    others = weights.sum(axis=1, keepdims=True) - support
    # F1 of a class that wasn't drawn says nothing, though false positives would make it 0.
    either = np.where(support > 0, support + predicted, 0.0)
    return {
        "class_precision": ratio(hits, predicted),
        "class_recall": ratio(hits, support),
        "class_specificity": ratio(others - predicted + hits, others),
        "class_f1": ratio(2 * hits, either),
    }


def _by_rank(ranked: list[Ranking], weights: Weights) -> dict[str, NDArray[np.float64]]:
    areas = [one.areas(weights) for one in ranked]
    return {
        "class_roc_auc": np.stack([roc for roc, _ in areas], axis=1),
        "class_average_precision": np.stack([average for _, average in areas], axis=1),
    }

"""What of a classifier's answers is measured in each resample."""

import numpy as np
from numpy.typing import NDArray

from coronal_learning.judging.answers import Answers
from coronal_learning.judging.calibration import calibration
from coronal_learning.judging.ranking import Ranking
from coronal_learning.judging.resamples import Score, Scores, Weights
from coronal_learning.judging.sums import mean, ratio, sums

__all__ = ["METRICS", "classification", "rankings"]

METRICS = (
    "accuracy",
    "balanced_accuracy",
    "macro_f1",
    "roc_auc",
    "average_precision",
    "brier_score",
    "calibration_error",
)
"""The names of those that tell of all classes together."""


def classification(answers: Answers) -> Score:
    """Make what measures all of it.

    Returns
    -------
    Score
        `METRICS`; of each class ``class_precision``, ``class_recall``, ``class_f1``, ``class_roc_auc`` and
        ``class_average_precision``; and ``bin_accuracy`` (`coronal_learning.judging.calibration`).

        The mean of all classes is that of those in the truth; it is NaN in a resample that lacks one of them,
        for it would be the mean of something else.
    """
    ranked = rankings(answers)

    def score(weights: Weights) -> Scores:
        classes = _by_class(answers, weights) | _by_rank(ranked, weights)
        present = answers.present
        return {
            "accuracy": mean(weights, answers.is_right.astype(np.float64)),
            "balanced_accuracy": classes["class_recall"][:, present].mean(axis=1),
            "macro_f1": classes["class_f1"][:, present].mean(axis=1),
            "roc_auc": classes["class_roc_auc"][:, present].mean(axis=1),
            "average_precision": classes["class_average_precision"][:, present].mean(axis=1),
            **classes,
            **calibration(answers, weights),
        }

    return score


def rankings(answers: Answers) -> list[Ranking]:
    """Rank the items by how probable each class is, one against all others."""
    return [
        Ranking.of(answers.probabilities[:, place], answers.truth == place)
        for place in range(len(answers.classes))
    ]


def _by_class(answers: Answers, weights: Weights) -> dict[str, NDArray[np.float64]]:
    count = len(answers.classes)
    support = sums(weights, answers.truth, count)
    predicted = sums(weights, answers.predicted, count)
    hits = sums(weights * answers.is_right, answers.truth, count)
    # F1 of a class that wasn't drawn says nothing, though false alarms would make it 0.
    either = np.where(support > 0, support + predicted, 0.0)
    return {
        "class_precision": ratio(hits, predicted),
        "class_recall": ratio(hits, support),
        "class_f1": ratio(2 * hits, either),
    }


def _by_rank(ranked: list[Ranking], weights: Weights) -> dict[str, NDArray[np.float64]]:
    areas = [one.areas(weights) for one in ranked]
    return {
        "class_roc_auc": np.stack([roc for roc, _ in areas], axis=1),
        "class_average_precision": np.stack([average for _, average in areas], axis=1),
    }

"""Whether a classifier is right as often as it says: Brier score, calibration error and reliability."""

import numpy as np
from numpy.typing import NDArray

from coronal_learning.judging.answers import Answers
from coronal_learning.judging.resamples import Scores, Weights
from coronal_learning.judging.sums import mean, ratio, sums

__all__ = ["BINS", "bins_of", "calibration"]

BINS = 10
"""Of one width, from 0 to 1; each holds its upper end."""


def bins_of(answers: Answers) -> NDArray[np.int64]:
    """Give the bin of each item by the probability of its predicted class, shape (items,)."""
    edges = np.linspace(0.0, 1.0, BINS + 1)
    return np.digitize(answers.confidence, edges[1:-1], right=True)


def calibration(answers: Answers, weights: Weights) -> Scores:
    """Measure it in resamples.

    Returns
    -------
    Scores
        ``brier_score``: G. W. Brier, Mon. Weather Rev. 78 (1950) 1-3: squared differences between
        probabilities and truth, the sum of all classes, the mean of all items; 0 is best, 2 worst.
        ``calibration_error``: C. Guo et al., On calibration of modern neural networks, ICML (2017):
        how far, bin by bin, the mean probability of the predicted class lies from the part that is right.
        ``bin_accuracy``, of shape (resamples, bins): that part.
    """
    bins, right = bins_of(answers), answers.is_right.astype(np.float64)
    hits, count = sums(weights * right, bins, BINS), sums(weights, bins, BINS)
    gaps = np.abs(hits - sums(weights * answers.confidence, bins, BINS))
    return {
        "brier_score": mean(weights, _squares(answers)),
        "calibration_error": gaps.sum(axis=1) / weights.sum(axis=1),
        "bin_accuracy": ratio(hits, count),
    }


def _squares(answers: Answers) -> NDArray[np.float64]:
    truth = np.eye(len(answers.classes))[answers.truth]
    squares: NDArray[np.float64] = ((answers.probabilities - truth) ** 2).sum(axis=1)
    return squares

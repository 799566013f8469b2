"""Calibration of a classifier: Brier score, expected calibration error and reliability curve."""

import numpy as np
from numpy.typing import NDArray

from coronal_learning.evaluation.bootstrap import Scores, Weights
from coronal_learning.evaluation.predictions import Predictions
from coronal_learning.evaluation.weighted_statistics import mean, ratio, weighted_sums

__all__ = ["BINS", "bins_of", "calibration"]

BINS = 10
"""Of one width, from 0 to 1; each holds its upper end."""


def bins_of(predictions: Predictions) -> NDArray[np.int64]:
    """Return the bin of each item by the probability of its predicted class, shape (items,)."""
    edges = np.linspace(0.0, 1.0, BINS + 1)
    return np.digitize(predictions.confidence, edges[1:-1], right=True)


def calibration(predictions: Predictions, weights: Weights) -> Scores:
    """Measure it in resamples.

    Returns
    -------
    Scores
        ``brier_score``: G. W. Brier, Mon. Weather Rev. 78 (1950) 1-3: squared differences between
        probabilities and truth, the sum of all classes, the mean of all items; 0 is best, 2 worst.
        ``expected_calibration_error``: C. Guo et al., On calibration of modern neural networks, ICML (2017):
        how far, bin by bin, the mean probability of the predicted class lies from the accuracy.
        ``bin_accuracy``, of shape (resamples, bins): that accuracy.
    """
    bins, right = bins_of(predictions), predictions.is_right.astype(np.float64)
    hits, count = weighted_sums(weights * right, bins, BINS), weighted_sums(weights, bins, BINS)
    gaps = np.abs(hits - weighted_sums(weights * predictions.confidence, bins, BINS))
    return {
        "brier_score": mean(weights, _squares(predictions)),
        "expected_calibration_error": gaps.sum(axis=1) / weights.sum(axis=1),
        "bin_accuracy": ratio(hits, count),
    }


def _squares(predictions: Predictions) -> NDArray[np.float64]:
    truth = np.eye(len(predictions.classes))[predictions.truth]
    squares: NDArray[np.float64] = ((predictions.probabilities - truth) ** 2).sum(axis=1)
    return squares

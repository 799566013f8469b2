"""What the metrics are called on the page, and what they mean."""

from dataclasses import dataclass

from coronal_learning.judging.about import Report
from coronal_learning.judging.estimate import Estimate
from coronal_learning.judging.segmenter_report import SegmenterReport

__all__ = ["METRICS", "Metric", "clearly_better", "titled"]


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric in words.

    Parameters
    ----------
    title, meaning
        A noun, and a sentence.
    most
        Its largest value; None where it has none.
    is_loss
        Whether less is better.
    """

    title: str
    meaning: str
    most: float | None = 1.0
    is_loss: bool = False


METRICS = {
    "accuracy": Metric("Accuracy", "The part of the items that is right."),
    "balanced_accuracy": Metric(
        "Balanced accuracy", "The mean recall of the classes: each weighs the same, however rare."
    ),
    "macro_f1": Metric("Macro F1", "The mean F1 of the classes."),
    "roc_auc": Metric(
        "ROC AUC",
        "How probably an item of a class ranks above one of another; the mean of the classes, each against "
        "all others. 0.5 is chance.",
    ),
    "average_precision": Metric(
        "Average precision", "The area under precision and recall; the mean of the classes."
    ),
    "brier_score": Metric(
        "Brier score", "The squared error of the probabilities. 0 is best, 2 worst.", 2.0, is_loss=True
    ),
    "calibration_error": Metric(
        "Calibration error",
        "How far the probability of the answer lies from how often it is right. 0 is best.",
        is_loss=True,
    ),
    "dice": Metric("Dice", "Twice what is common, divided by the sum of both. 1 is best."),
    "jaccard": Metric("Jaccard", "What is common, divided by what is in either. 1 is best."),
    "hausdorff95": Metric(
        "Hausdorff 95",
        "The distance within which 95 % of each edge lie of the other. 0 is best.",
        None,
        is_loss=True,
    ),
}


def titled(name: str, report: Report) -> str:
    """Give the title of a metric, with its unit where it has one."""
    metric = METRICS[name]
    if isinstance(report, SegmenterReport) and metric.most is None:
        return f"{metric.title} ({report.unit})"
    return metric.title


def clearly_better(difference: Estimate, *, is_loss: bool) -> bool | None:
    """Tell whether the second of two models is better than the first; None where the interval leaves it open.

    >>> clearly_better(Estimate(value=0.1, low=0.02, high=0.2), is_loss=False)
    True
    """
    low, high = difference.low, difference.high
    if low is None or high is None or low <= 0 <= high:
        return None
    return (low > 0) != is_loss

"""What the metrics are called on the page, and what they mean."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from coronal_learning.evaluation.about import Report
from coronal_learning.evaluation.estimate import Estimate, ReportModel
from coronal_learning.evaluation.model_comparison import ModelComparison
from coronal_learning.evaluation.segmenter_report import SegmenterReport

__all__ = ["METRICS", "Metric", "estimates", "is_better", "metric_title", "widest"]


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric in words.

    Parameters
    ----------
    title, meaning
        A noun, and a sentence.
    maximum
        Its largest value; None where it has none.
    is_loss
        Whether less is better.
    """

    title: str
    meaning: str
    maximum: float | None = 1.0
    is_loss: bool = False


METRICS = {
    "accuracy": Metric("Accuracy", "Share of the images whose predicted class is correct."),
    "balanced_accuracy": Metric(
        "Balanced accuracy", "Mean sensitivity of the classes: each weighs the same, however rare."
    ),
    "macro_f1": Metric("Macro F1", "Mean F1 score of the classes."),
    "roc_auc": Metric(
        "ROC AUC",
        "Probability that an image of a class ranks above one of another; mean of the classes, one versus "
        "rest. 0.5 is chance.",
    ),
    "average_precision": Metric(
        "Average precision", "Area under the precision–recall curve; mean of the classes, one versus rest."
    ),
    "brier_score": Metric(
        "Brier score",
        "Mean squared error of the predicted probabilities, summed over the classes. 0 is best, 2 worst.",
        2.0,
        is_loss=True,
    ),
    "expected_calibration_error": Metric(
        "Expected calibration error",
        "Mean distance between predicted probability and observed frequency. 0 is best.",
        is_loss=True,
    ),
    "dice": Metric("Dice", "Twice the overlap, divided by the sum of both areas. 1 is best."),
    "jaccard": Metric("Jaccard", "Overlap divided by union. 1 is best."),
    "hausdorff95": Metric(
        "Hausdorff 95",
        "Hausdorff distance of the contours, 95th percentile. 0 is best.",
        None,
        is_loss=True,
    ),
}


def metric_title(name: str, report: Report) -> str:
    """Return the title of a metric, with its unit where it has one."""
    metric = METRICS[name]
    if isinstance(report, SegmenterReport) and metric.maximum is None:
        return f"{metric.title} ({report.unit})"
    return metric.title


def estimates(*reported: ReportModel | Mapping[str, Estimate]) -> tuple[Estimate, ...]:
    """Return all estimates that are members of some things."""
    pairs: Iterable[Iterable[tuple[str, object]]] = (
        one.items() if isinstance(one, Mapping) else one for one in reported
    )
    return tuple(value for each in pairs for _, value in each if isinstance(value, Estimate))


def widest(differences: ModelComparison) -> float:
    """Return how far from 0 the differences of bounded metrics and their intervals lie at most."""
    bounded = [one for name, one in differences.metrics.items() if METRICS[name].maximum is not None]
    ends = [abs(end) for one in bounded for end in (one.value, one.low, one.high) if end is not None]
    return max(ends, default=0.0) or 1e-3


def is_better(difference: Estimate, *, is_loss: bool) -> bool | None:
    """Return whether a model is better than its reference; None where the interval of the difference holds 0.

    >>> is_better(Estimate(value=0.1, low=0.02, high=0.2), is_loss=False)
    True
    """
    low, high = difference.low, difference.high
    if low is None or high is None or low <= 0 <= high:
        return None
    return (low > 0) != is_loss

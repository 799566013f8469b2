"""A classifier, evaluated on items whose class is known."""

from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
from pydantic import Field

from coronal import Prediction
from coronal_learning.evaluation.baseline import Baseline
from coronal_learning.evaluation.bootstrap import Bootstrap, Measured, Resamples
from coronal_learning.evaluation.calibration import BINS, bins_of
from coronal_learning.evaluation.classification_metrics import METRICS, classification, rankings
from coronal_learning.evaluation.estimate import Estimate, ReportModel
from coronal_learning.evaluation.predictions import Predictions
from coronal_learning.evaluation.roc import Curve

__all__ = [
    "CalibrationBin",
    "ClassMetrics",
    "ClassifierMetrics",
    "ClassifierReport",
    "Misclassified",
    "evaluate_classifier",
    "evaluate_predictions",
]

MAX_SHOWN = 12
"""Of the misclassified items."""


class ClassifierMetrics(ReportModel):
    """The metrics of all classes together; see `coronal_learning.evaluation.classification_metrics`."""

    accuracy: Estimate
    balanced_accuracy: Estimate
    macro_f1: Estimate
    roc_auc: Estimate
    average_precision: Estimate
    brier_score: Estimate
    expected_calibration_error: Estimate


class ClassMetrics(ReportModel):
    """The metrics of one class versus the rest."""

    name: str
    support: int = Field(description="Items of this class.")
    predicted: int = Field(description="Items that were predicted as this class.")
    precision: Estimate
    recall: Estimate = Field(description="The sensitivity.")
    specificity: Estimate
    f1: Estimate
    roc_auc: Estimate
    average_precision: Estimate
    roc_curve: Curve = Field(description="False positive rate, true positive rate.")
    precision_recall_curve: Curve = Field(description="Recall, precision.")


class CalibrationBin(ReportModel):
    """Items whose predicted class was about as probable."""

    low: float
    high: float
    n: int
    mean_predicted_probability: float | None = Field(description="Of the predicted class.")
    observed_frequency: Estimate = Field(description="The share of them whose predicted class is right.")


class Misclassified(ReportModel):
    """An item whose predicted class is wrong."""

    item: int = Field(description="Its place among those that were evaluated on, from 0 on.")
    truth: str
    predicted: str
    probability: float = Field(description="Of the predicted class.")
    probability_of_truth: float


class ClassifierReport(ReportModel):
    """The performance of a classifier, with confidence intervals.

    Parameters
    ----------
    n
        How many items it was evaluated on.
    classes
        All that it knows, in its own order.
    absent
        Those of them that are nowhere in the truth: nothing can be said of them, and no mean holds them.
    bootstrap
        How the intervals were made.
    metrics, per_class
        Of all classes together, and of each.
    confusion_matrix
        How many items of each class (a row) were predicted as each class (a column).
    calibration_curve
        Ten bins of the probability of the predicted class.
    misclassified
        The worst: those that it was most sure of, first; at most 12.
    misclassified_count
        How many there are.
    """

    kind: Literal["classifier"] = "classifier"
    n: int
    classes: tuple[str, ...]
    absent: tuple[str, ...]
    bootstrap: Bootstrap
    metrics: ClassifierMetrics
    per_class: tuple[ClassMetrics, ...]
    confusion_matrix: tuple[tuple[int, ...], ...]
    calibration_curve: tuple[CalibrationBin, ...]
    misclassified: tuple[Misclassified, ...]
    misclassified_count: int

    @property
    def rows(self) -> tuple[ClassMetrics, ...]:
        """The metrics class by class."""
        return self.per_class


def evaluate_classifier(
    truth: Sequence[str], predictions: Sequence[Prediction], *, patients: Sequence[str] = (), seed: int = 0
) -> ClassifierReport:
    """Evaluate a classifier on items whose class is known.

    Parameters
    ----------
    truth
        The class of each item.
    predictions
        What it said, in the same order.
    patients
        Whom each item shows; empty where nothing is known. Items of one patient are drawn together.
    seed
        Where the resamples come from.

    Raises
    ------
    BadDataset
        When there is no item, or one is of a class that the classifier doesn't know.
    ValueError
        When the sequences are of unlike length, or the predictions not of the same classes.

    Examples
    --------
    >>> said = [Prediction(("cat", "dog"), (cat, 1 - cat)) for cat in (0.9, 0.8, 0.4, 0.3)]
    >>> report = evaluate_classifier(["cat", "cat", "cat", "dog"], said)
    >>> report.metrics.accuracy.value, report.confusion_matrix
    (0.75, ((2, 1), (0, 1)))
    """
    resamples = Resamples.of(len(truth), patients=patients, seed=seed)
    report, _ = evaluate_predictions(Predictions.of(truth, predictions), resamples)
    return report


def evaluate_predictions(predictions: Predictions, resamples: Resamples) -> tuple[ClassifierReport, Baseline]:
    """Evaluate a classifier by its predictions; beside the report return what others can be compared with.

    Parameters
    ----------
    answers
        Of all items.
    resamples
        Of these items; for models that are compared the same.
    """
    measured = resamples.measure(classification(predictions))
    item_scores = predictions.is_right.astype(np.float64)
    baseline = Baseline("classifier", resamples.bootstrap, measured.only(METRICS), item_scores)
    return _report(predictions, measured, resamples), baseline


def _report(predictions: Predictions, measured: Measured, resamples: Resamples) -> ClassifierReport:
    present = set(predictions.present.tolist())
    return ClassifierReport(
        n=len(predictions.truth),
        classes=predictions.classes,
        absent=tuple(name for place, name in enumerate(predictions.classes) if place not in present),
        bootstrap=resamples.bootstrap,
        metrics=_metrics(measured, resamples),
        per_class=tuple(_per_class(predictions, measured, resamples)),
        confusion_matrix=_confusion_matrix(predictions),
        calibration_curve=tuple(_calibration_curve(predictions, measured, resamples)),
        misclassified=_misclassified(predictions),
        misclassified_count=int(np.count_nonzero(~predictions.is_right)),
    )


def _metrics(measured: Measured, resamples: Resamples) -> ClassifierMetrics:
    reported = {name: measured.estimate(name) for name in METRICS}
    accuracy = measured.estimate("accuracy", units=resamples.count(np.s_[:]))
    return ClassifierMetrics.model_validate(reported | {"accuracy": accuracy})


def _per_class(predictions: Predictions, measured: Measured, resamples: Resamples) -> Iterator[ClassMetrics]:
    for place, (name, ranking) in enumerate(zip(predictions.classes, rankings(predictions), strict=True)):
        is_of_it, is_predicted = predictions.truth == place, predictions.predicted == place
        yield ClassMetrics(
            name=name,
            support=int(is_of_it.sum()),
            predicted=int(is_predicted.sum()),
            precision=measured.estimate("class_precision", place, resamples.count(is_predicted)),
            recall=measured.estimate("class_recall", place, resamples.count(is_of_it)),
            specificity=measured.estimate("class_specificity", place, resamples.count(~is_of_it)),
            f1=measured.estimate("class_f1", place),
            roc_auc=measured.estimate("class_roc_auc", place),
            average_precision=measured.estimate("class_average_precision", place),
            roc_curve=ranking.roc(),
            precision_recall_curve=ranking.precision_recall(),
        )


def _confusion_matrix(predictions: Predictions) -> tuple[tuple[int, ...], ...]:
    count = len(predictions.classes)
    cells = np.bincount(predictions.truth * count + predictions.predicted, minlength=count * count)
    return tuple(map(tuple, cells.reshape(count, count).tolist()))


def _calibration_curve(
    predictions: Predictions, measured: Measured, resamples: Resamples
) -> Iterator[CalibrationBin]:
    bins = bins_of(predictions)
    for place in range(BINS):
        is_in = bins == place
        yield CalibrationBin(
            low=place / BINS,
            high=(place + 1) / BINS,
            n=int(is_in.sum()),
            mean_predicted_probability=float(predictions.confidence[is_in].mean()) if is_in.any() else None,
            observed_frequency=measured.estimate("bin_accuracy", place, resamples.count(is_in)),
        )


def _misclassified(predictions: Predictions) -> tuple[Misclassified, ...]:
    wrong = np.flatnonzero(~predictions.is_right)
    worst = wrong[np.argsort(-predictions.confidence[wrong], kind="stable")][:MAX_SHOWN]
    return tuple(
        Misclassified(
            item=item,
            truth=predictions.classes[predictions.truth[item]],
            predicted=predictions.classes[predictions.predicted[item]],
            probability=float(predictions.confidence[item]),
            probability_of_truth=float(predictions.probabilities[item, predictions.truth[item]]),
        )
        for item in worst.tolist()
    )

"""A classifier, judged by items whose class is known."""

from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
from pydantic import Field

from coronal import Prediction
from coronal_learning.judging.answers import Answers
from coronal_learning.judging.calibration import BINS, bins_of
from coronal_learning.judging.classification import METRICS, classification, rankings
from coronal_learning.judging.estimate import Estimate, Plain
from coronal_learning.judging.ranking import Curve
from coronal_learning.judging.resamples import Drawing, Measured, Resamples
from coronal_learning.judging.standing import Standing

__all__ = [
    "ClassRow",
    "ClassifierMetrics",
    "ClassifierReport",
    "Mistake",
    "ReliabilityBin",
    "judge_answers",
    "judge_classifier",
]

MOST_SHOWN = 12
"""Of the worst mistakes."""


class ClassifierMetrics(Plain):
    """How good it is at all classes together; see `coronal_learning.judging.classification`."""

    accuracy: Estimate
    balanced_accuracy: Estimate
    macro_f1: Estimate
    roc_auc: Estimate
    average_precision: Estimate
    brier_score: Estimate
    calibration_error: Estimate


class ClassRow(Plain):
    """How good it is at one class, against all others."""

    name: str
    n: int = Field(description="Items of this class.")
    predicted: int = Field(description="Items that were taken for this class.")
    precision: Estimate
    recall: Estimate
    f1: Estimate
    roc_auc: Estimate
    average_precision: Estimate
    roc: Curve = Field(description="False alarms, found; both as parts.")
    precision_recall: Curve = Field(description="Recall, precision.")


class ReliabilityBin(Plain):
    """Items whose predicted class was about as probable."""

    low: float
    high: float
    n: int
    confidence: float | None = Field(description="The mean probability of the predicted class.")
    accuracy: Estimate = Field(description="The part that is right.")


class Mistake(Plain):
    """An item that was taken for something else."""

    item: int = Field(description="Its place among those that were judged by, from 0 on.")
    truth: str
    predicted: str
    probability: float = Field(description="Of the predicted class.")
    probability_of_truth: float


class ClassifierReport(Plain):
    """How good a classifier is, and how sure that is.

    Parameters
    ----------
    n
        How many items it was judged by.
    classes
        All that it knows, in its own order.
    absent
        Those of them that are nowhere in the truth: nothing can be said of them, and no mean holds them.
    drawing
        How the intervals were made.
    metrics, rows
        Of all classes together, and of each.
    confusion
        How many items of each class (a row) were taken for each class (a column).
    reliability
        Ten bins of the probability of the predicted class.
    mistakes
        The worst: those that it was most sure of, first; at most 12.
    mistake_count
        How many there are.
    """

    kind: Literal["classifier"] = "classifier"
    n: int
    classes: tuple[str, ...]
    absent: tuple[str, ...]
    drawing: Drawing
    metrics: ClassifierMetrics
    rows: tuple[ClassRow, ...]
    confusion: tuple[tuple[int, ...], ...]
    reliability: tuple[ReliabilityBin, ...]
    mistakes: tuple[Mistake, ...]
    mistake_count: int


def judge_classifier(
    truth: Sequence[str], predictions: Sequence[Prediction], *, patients: Sequence[str] = (), seed: int = 0
) -> ClassifierReport:
    """Judge a classifier by what it said of items whose class is known.

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
    >>> said = [Prediction(("cat", "dog"), (part, 1 - part)) for part in (0.9, 0.8, 0.4, 0.3)]
    >>> report = judge_classifier(["cat", "cat", "cat", "dog"], said)
    >>> report.metrics.accuracy.value, report.confusion
    (0.75, ((2, 1), (0, 1)))
    """
    answers = Answers.of(truth, predictions)
    report, _ = judge_answers(answers, Resamples.of(len(truth), patients=patients, seed=seed))
    return report


def judge_answers(answers: Answers, resamples: Resamples) -> tuple[ClassifierReport, Standing]:
    """Judge a classifier by its answers; beside the report give what others can be compared with.

    Parameters
    ----------
    answers
        Of all items.
    resamples
        Of these items; for models that are compared the same.
    """
    measured = resamples.measure(classification(answers))
    merits = answers.is_right.astype(np.float64)
    standing = Standing("classifier", resamples.drawing, measured.only(METRICS), merits)
    return _report(answers, measured, resamples), standing


def _report(answers: Answers, measured: Measured, resamples: Resamples) -> ClassifierReport:
    present = set(answers.present.tolist())
    return ClassifierReport(
        n=len(answers.truth),
        classes=answers.classes,
        absent=tuple(name for place, name in enumerate(answers.classes) if place not in present),
        drawing=resamples.drawing,
        metrics=_metrics(measured, resamples),
        rows=tuple(_rows(answers, measured, resamples)),
        confusion=_confusion(answers),
        reliability=tuple(_reliability(answers, measured, resamples)),
        mistakes=_mistakes(answers),
        mistake_count=int(np.count_nonzero(~answers.is_right)),
    )


def _metrics(measured: Measured, resamples: Resamples) -> ClassifierMetrics:
    told = {name: measured.estimate(name) for name in METRICS}
    accuracy = measured.estimate("accuracy", units=resamples.count(np.s_[:]))
    return ClassifierMetrics.model_validate(told | {"accuracy": accuracy})


def _rows(answers: Answers, measured: Measured, resamples: Resamples) -> Iterator[ClassRow]:
    for place, (name, ranking) in enumerate(zip(answers.classes, rankings(answers), strict=True)):
        is_of_it, is_predicted = answers.truth == place, answers.predicted == place
        yield ClassRow(
            name=name,
            n=int(is_of_it.sum()),
            predicted=int(is_predicted.sum()),
            precision=measured.estimate("class_precision", place, resamples.count(is_predicted)),
            recall=measured.estimate("class_recall", place, resamples.count(is_of_it)),
            f1=measured.estimate("class_f1", place),
            roc_auc=measured.estimate("class_roc_auc", place),
            average_precision=measured.estimate("class_average_precision", place),
            roc=ranking.roc(),
            precision_recall=ranking.precision_recall(),
        )


def _confusion(answers: Answers) -> tuple[tuple[int, ...], ...]:
    count = len(answers.classes)
    cells = np.bincount(answers.truth * count + answers.predicted, minlength=count * count)
    return tuple(map(tuple, cells.reshape(count, count).tolist()))


def _reliability(answers: Answers, measured: Measured, resamples: Resamples) -> Iterator[ReliabilityBin]:
    bins = bins_of(answers)
    for place in range(BINS):
        is_in = bins == place
        yield ReliabilityBin(
            low=place / BINS,
            high=(place + 1) / BINS,
            n=int(is_in.sum()),
            confidence=float(answers.confidence[is_in].mean()) if is_in.any() else None,
            accuracy=measured.estimate("bin_accuracy", place, resamples.count(is_in)),
        )


def _mistakes(answers: Answers) -> tuple[Mistake, ...]:
    wrong = np.flatnonzero(~answers.is_right)
    worst = wrong[np.argsort(-answers.confidence[wrong], kind="stable")][:MOST_SHOWN]
    return tuple(
        Mistake(
            item=item,
            truth=answers.classes[answers.truth[item]],
            predicted=answers.classes[answers.predicted[item]],
            probability=float(answers.confidence[item]),
            probability_of_truth=float(answers.probabilities[item, answers.truth[item]]),
        )
        for item in worst.tolist()
    )

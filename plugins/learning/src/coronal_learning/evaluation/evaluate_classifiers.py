"""Evaluation of classifiers on images of known class."""

from coronal import BadDataset, Prediction
from coronal_learning.evaluation.classifier_report import evaluate_predictions
from coronal_learning.evaluation.evaluation_result import EvaluationResult, compare_with_first
from coronal_learning.evaluation.evaluation_run import EvaluationRun
from coronal_learning.evaluation.predictions import Predictions, check_known

__all__ = ["evaluate_classifiers"]


def evaluate_classifiers(run: EvaluationRun) -> tuple[EvaluationResult, ...] | None:
    """Predict all items with each model and evaluate the predictions; None where the job was cancelled.

    Raises
    ------
    BadDataset
        When the data set has label maps, or a class that a model doesn't know; before anything is predicted.
    """
    if run.dataset.annotation != "classes":
        raise BadDataset(["a classifier is evaluated on images of known class, found label maps"])
    truth = [run.dataset.items[number].label for number in run.numbers]
    for card in run.cards:
        check_known(truth, card.classes)
    evaluated = []
    for number in range(len(run.cards)):
        said = _said(run, number)
        if run.context.is_cancelled():
            return None
        evaluated.append(evaluate_predictions(Predictions.of(truth, said), run.resamples))
    return compare_with_first(evaluated)


def _said(run: EvaluationRun, number: int) -> list[Prediction]:
    model = run.model(number)
    return [said for _, images in run.batches(number) for said in model.predict(images)]

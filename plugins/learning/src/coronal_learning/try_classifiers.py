"""Classifiers, tried on images whose class is known."""

from coronal import BadDataset, Prediction
from coronal_learning.judging.answers import Answers, check_known
from coronal_learning.judging.classifier_report import judge_answers
from coronal_learning.judging.verdict import Verdict, verdicts
from coronal_learning.trial import Trial

__all__ = ["try_classifiers"]


def try_classifiers(trial: Trial) -> tuple[Verdict, ...] | None:
    """Predict all items and judge what each model says; None where the job was cancelled.

    Raises
    ------
    BadDataset
        When the data set is one of label maps, or has a class that a model doesn't know; before anything is
        predicted.
    """
    if trial.dataset.answers != "classes":
        raise BadDataset(["a classifier is judged by images of known class, found label maps"])
    truth = [trial.dataset.items[number].label for number in trial.numbers]
    for card in trial.cards:
        check_known(truth, card.classes)
    judged = []
    for number in range(len(trial.cards)):
        said = _said(trial, number)
        if trial.context.is_cancelled():
            return None
        judged.append(judge_answers(Answers.of(truth, said), trial.resamples))
    return verdicts(judged)


def _said(trial: Trial, number: int) -> list[Prediction]:
    model = trial.model(number)
    return [said for _, images in trial.batches(number) for said in model.predict(images)]

"""Classifiers, tried on images whose class is known."""

from coronal import BadDataset, Prediction
from coronal_learning.judging.answers import check_known
from coronal_learning.judging.classifier_report import judge_classifier
from coronal_learning.judging.differences import compare_classifiers
from coronal_learning.trial import Trial, Verdict

__all__ = ["try_classifiers"]


def try_classifiers(trial: Trial) -> Verdict | None:
    """Predict all items and judge what is said; None where the job was cancelled.

    Raises
    ------
    BadDataset
        When the data set is one of label maps, or has a class that a model doesn't know; before anything is
        predicted.
    """
    if trial.dataset.answers != "classes":
        raise BadDataset(["a classifier is judged by images of known class, found label maps"])
    truth = [trial.dataset.items[number].label for number in trial.numbers]
    for model in trial.models:
        check_known(truth, model.card.classes)
    said: list[list[Prediction]] = [[] for _ in trial.models]
    for _, images in trial.batches():
        for model, predictions in zip(trial.models, said, strict=True):
            predictions.extend(model.predict(images))
    if trial.context.is_cancelled():
        return None
    patients, seed = trial.patients, trial.context.seed
    reports = tuple(judge_classifier(truth, one, patients=patients, seed=seed) for one in said)
    if len(said) == 1:
        return Verdict(reports, None)
    return Verdict(reports, compare_classifiers(truth, *said, patients=patients, seed=seed))

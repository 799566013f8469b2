"""Segmenters, tried on images whose label map is known."""

from functools import partial

from coronal import BadDataset, LabelMap
from coronal.errors import shown
from coronal_learning.judging.differences import compare_items
from coronal_learning.judging.item_scores import ItemScores
from coronal_learning.judging.segmenter_report import judge_items
from coronal_learning.trial import Trial, Verdict

__all__ = ["try_segmenters"]


def try_segmenters(trial: Trial) -> Verdict | None:
    """Segment all items and judge what is found; None where the job was cancelled.

    Each item is compared as soon as it is segmented: label maps of a few are in memory at once.

    Raises
    ------
    BadDataset
        When the data set has no label maps, or its labels are others than those of a model; before anything
        is segmented.
    """
    _check(trial)
    names = dict(enumerate(trial.dataset.classes, start=1))
    scored: list[list[ItemScores]] = [[] for _ in trial.models]
    for numbers, images in trial.batches():
        truth = [trial.dataset.label_map(number) for number in numbers]
        for model, items in zip(trial.models, scored, strict=True):
            pairs = zip(truth, model.segment(images), strict=True)
            items.extend(ItemScores.of(one, found, names) for one, found in pairs)
    if trial.context.is_cancelled():
        return None
    patients, seed = trial.patients, trial.context.seed
    reports = tuple(judge_items(one, names=names, patients=patients, seed=seed) for one in scored)
    differences = compare_items(*scored, patients=patients, seed=seed) if len(scored) > 1 else None
    return Verdict(reports, differences, partial(_label_maps, trial))


def _check(trial: Trial) -> None:
    if trial.dataset.answers != "label-maps":
        raise BadDataset(["a segmenter is judged by images with a label map, found classes"])
    labels = trial.dataset.classes
    for model in trial.models:
        if model.card.classes[: len(labels)] != labels:
            known, found = shown(list(model.card.classes)), shown(list(labels))
            raise BadDataset([f"the labels must be those of the model, {known} from 1 on, found {found}"])


def _label_maps(trial: Trial, place: int) -> tuple[LabelMap, LabelMap]:
    found, *_ = trial.models[0].segment([trial.image(place)])
    return trial.dataset.label_map(trial.numbers[place]), found

"""Segmenters, tried on images whose label map is known."""

from collections.abc import Mapping
from functools import partial

from coronal import BadDataset, LabelMap
from coronal.errors import shown
from coronal_learning.judging.item_scores import ItemScores
from coronal_learning.judging.segmenter_report import judge_items
from coronal_learning.judging.verdict import Verdict, verdicts
from coronal_learning.trial import Trial

__all__ = ["try_segmenters"]


def try_segmenters(trial: Trial) -> tuple[Verdict, ...] | None:
    """Segment all items and judge what each model finds; None where the job was cancelled.

    Each item is compared as soon as it is segmented: label maps of a few are in memory at once.

    Raises
    ------
    BadDataset
        When the data set has no label maps, or its labels are others than those of a model; before anything
        is segmented.
    """
    _check(trial)
    names = dict(enumerate(trial.dataset.classes, start=1))
    judged = []
    for number in range(len(trial.cards)):
        scored = _scored(trial, number, names)
        if trial.context.is_cancelled():
            return None
        judged.append(judge_items(scored, names, trial.resamples))
    return verdicts(judged, [partial(_label_maps, trial, number) for number in range(len(judged))])


def _check(trial: Trial) -> None:
    if trial.dataset.answers != "label-maps":
        raise BadDataset(["a segmenter is judged by images with a label map, found classes"])
    labels = trial.dataset.classes
    for card in trial.cards:
        if card.classes[: len(labels)] != labels:
            known, found = shown(list(card.classes)), shown(list(labels))
            raise BadDataset([f"the labels must be those of the model, {known} from 1 on, found {found}"])


def _scored(trial: Trial, number: int, names: Mapping[int, str]) -> list[ItemScores]:
    model = trial.model(number)
    scored: list[ItemScores] = []
    for numbers, images in trial.batches(number):
        for item, found in zip(numbers, model.segment(images), strict=True):
            scored.append(ItemScores.of(trial.dataset.label_map(item), found, names))
    return scored


def _label_maps(trial: Trial, number: int, place: int) -> tuple[LabelMap, LabelMap]:
    found, *_ = trial.model(number).segment([trial.image(place)])
    return trial.dataset.label_map(trial.numbers[place]), found

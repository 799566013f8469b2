"""Evaluation of segmenters on images with label maps."""

from collections.abc import Mapping
from functools import partial

from coronal import BadDataset, LabelMap
from coronal.errors import shown
from coronal_learning.evaluation.evaluation_result import EvaluationResult, compare_with_first
from coronal_learning.evaluation.evaluation_run import EvaluationRun
from coronal_learning.evaluation.item_scores import ItemScores
from coronal_learning.evaluation.segmenter_report import evaluate_items

__all__ = ["evaluate_segmenters"]


def evaluate_segmenters(run: EvaluationRun) -> tuple[EvaluationResult, ...] | None:
    """Segment all items with each model and score them; None where the job was cancelled.

    Each item is compared as soon as it is segmented: label maps of a few are in memory at once.

    Raises
    ------
    BadDataset
        When the data set has no label maps, or its labels are others than those of a model; before anything
        is segmented.
    """
    _check(run)
    names = dict(enumerate(run.dataset.classes, start=1))
    evaluated = []
    for number in range(len(run.cards)):
        scored = _scored(run, number, names)
        if run.context.is_cancelled():
            return None
        evaluated.append(evaluate_items(scored, names, run.resamples))
    return compare_with_first(
        evaluated, [partial(_label_maps, run, number) for number in range(len(evaluated))]
    )


def _check(run: EvaluationRun) -> None:
    if run.dataset.annotation != "label-maps":
        raise BadDataset(["a segmenter is evaluated on images with a label map, found classes"])
    labels = run.dataset.classes
    for card in run.cards:
        if card.classes[: len(labels)] != labels:
            known, found = shown(list(card.classes)), shown(list(labels))
            raise BadDataset([f"the labels must be those of the model, {known} from 1 on, found {found}"])


def _scored(run: EvaluationRun, number: int, names: Mapping[int, str]) -> list[ItemScores]:
    model = run.model(number)
    scored: list[ItemScores] = []
    for numbers, images in run.batches(number):
        for item, found in zip(numbers, model.segment(images), strict=True):
            scored.append(ItemScores.of(run.dataset.label_map(item), found, names))
    return scored


def _label_maps(run: EvaluationRun, number: int, place: int) -> tuple[LabelMap, LabelMap]:
    found, *_ = run.model(number).segment([run.image(place)])
    return run.dataset.label_map(run.numbers[place]), found

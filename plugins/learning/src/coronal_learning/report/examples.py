"""The images that went worst, to be looked at."""

from collections.abc import Iterator
from dataclasses import dataclass

from coronal_learning.evaluation.classifier_report import ClassifierReport
from coronal_learning.evaluation.evaluation_result import EvaluatedModel, Images
from coronal_learning.evaluation.segmenter_report import SegmenterReport
from coronal_learning.report.numbers import number, percent
from coronal_learning.report.pictures import data_uri, picture

__all__ = ["Example", "examples"]

_MAX_LABELS = 4
"""Of an image that are named one by one."""


@dataclass(frozen=True, slots=True)
class Example:
    """An image, and what is said of it.

    Parameters
    ----------
    name
        What the item is called.
    facts
        Terms, each with its value and, smaller, its probability.
    address
        Of the picture, which holds itself; empty for none.
    text
        What it shows, for those who don't see it.
    """

    name: str
    facts: tuple[tuple[str, str, str], ...]
    address: str
    text: str


def examples(evaluated: EvaluatedModel, images: Images | None) -> Iterator[Example]:
    """Return the misclassified images of which the model was most sure, or the worst segmented ones."""
    report, about = evaluated.report, evaluated.about
    if isinstance(report, ClassifierReport):
        for one in report.misclassified:
            name = about.item_name(one.item)
            facts = (
                ("True class", one.truth, percent(one.probability_of_truth, 1)),
                ("Predicted", one.predicted, percent(one.probability, 1)),
            )
            address = "" if images is None else data_uri(picture(images(one.item)))
            yield Example(name, facts, address, f"{name}: {one.truth}, predicted as {one.predicted}")
        return
    label_maps = evaluated.result.label_maps
    for item in report.worst:
        name = about.item_name(item)
        address = ""
        if images is not None:
            address = data_uri(picture(images(item), None if label_maps is None else label_maps(item)))
        yield Example(
            name, _dice(report, item), address, f"{name} with the outlines of truth and segmentation"
        )


def _dice(report: SegmenterReport, item: int) -> tuple[tuple[str, str, str], ...]:
    one = report.items[item]
    labels = zip(report.rows, one.dice, strict=True)
    each = [(row.name, number(dice), "") for row, dice in labels if dice is not None]
    return (("Dice", number(one.mean_dice), ""), *(each[:_MAX_LABELS] if len(report.rows) > 1 else ()))

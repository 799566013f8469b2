"""Several models at one glance: the columns of the table that compares them, and the rarest class."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from coronal_learning.evaluation.about import Report
from coronal_learning.evaluation.estimate import Estimate
from coronal_learning.evaluation.evaluation_result import EvaluatedModel
from coronal_learning.report.metrics import METRICS, metric_title
from coronal_learning.report.numbers import counted, number

__all__ = ["COMPARED", "Column", "columns", "rarest"]

COMPARED = {
    "classifier": ("accuracy", "balanced_accuracy", "macro_f1", "roc_auc", "brier_score"),
    "segmenter": ("dice", "jaccard", "hausdorff95"),
}
"""What a reader compares first; all metrics stand with each model."""

_RARER = 1.5
"""A class is rare where the others have so many times its images, as `imbalance` has it."""


@dataclass(frozen=True, slots=True)
class Column:
    """A metric of each model, in their order."""

    title: str
    estimates: tuple[Estimate, ...]
    is_loss: bool = False

    def is_best(self, one: Estimate) -> bool:
        """Return whether none is better by what can be read, and another is worse."""
        shown = {number(each.value) for each in self.estimates}
        values = [each.value for each in self.estimates if each.value is not None]
        return len(shown) > 1 and number(one.value) == number((min if self.is_loss else max)(values))


def columns(models: Sequence[EvaluatedModel]) -> list[Column]:
    """Return the columns; the last is of the rarest class, where there is one."""
    first = models[0].report
    found = []
    for name in COMPARED[first.kind]:
        estimates = tuple(dict(one.report.metrics)[name] for one in models)
        found.append(Column(metric_title(name, first), estimates, METRICS[name].is_loss))
    return [*found, *_of_rarest(models)]


def rarest(report: Report) -> int | None:
    """Return the number of images of the rarest class, or label; None where none is really rarer.

    It is where half of the others have more than 1.5 times its images.
    """
    least, *others = sorted(row.support for row in report.rows if row.support) or [0]
    return least if others and least * _RARER < statistics.median(others) else None


def _of_rarest(models: Sequence[EvaluatedModel]) -> list[Column]:
    first, fewest = models[0].report, rarest(models[0].report)
    rare = next((row.name for row in first.rows if row.support == fewest), None)
    if rare is None or fewest is None:
        return []
    metric, title = ("recall", "Sensitivity") if first.kind == "classifier" else ("dice", "Dice")
    # Each model has its classes in an order of its own.
    rows = [next(row for row in one.report.rows if row.name == rare) for one in models]
    estimates = tuple(dict(row)[metric] for row in rows)
    return [Column(f"{title} for “{rare}”, the rarest ({counted(fewest, 'image')})", estimates)]

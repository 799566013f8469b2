"""What has come out of evaluating models: of each its report, and how it differs from the first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from coronal import Image, LabelMap
from coronal_learning.evaluation.about import About, Report
from coronal_learning.evaluation.baseline import Baseline
from coronal_learning.evaluation.model_comparison import ModelComparison, compare

__all__ = ["EvaluatedModel", "EvaluationResult", "Images", "LabelMaps", "compare_with_first"]

Images: TypeAlias = Callable[[int], Image]
"""Gives the image of an item, by its place among those that were evaluated on."""

LabelMaps: TypeAlias = Callable[[int], tuple[LabelMap, LabelMap]]
"""Gives an item's truth and what was found, on the grid of its image."""


@dataclass(frozen=True, slots=True, eq=False)
class EvaluationResult:
    """What has come out of evaluating a model.

    Parameters
    ----------
    report
        Its performance.
    differences
        What it does better or worse than the first; None of the first itself.
    label_maps
        What it finds; None of a classifier.
    """

    report: Report
    differences: ModelComparison | None = None
    label_maps: LabelMaps | None = None


@dataclass(frozen=True, slots=True, eq=False)
class EvaluatedModel:
    """A model, and what has come out of evaluating it."""

    about: About
    result: EvaluationResult

    @property
    def name(self) -> str:
        """What the model is called."""
        return self.about.model

    @property
    def report(self) -> Report:
        """Its performance."""
        return self.result.report


def compare_with_first(
    evaluated: Sequence[tuple[Report, Baseline]], label_maps: Sequence[LabelMaps] = ()
) -> tuple[EvaluationResult, ...]:
    """Compare each model with the first.

    Parameters
    ----------
    evaluated
        Of each model its report, and what is kept of it; one at least, all evaluated on the same items.
    label_maps
        What each finds; empty of classifiers.
    """
    first = evaluated[0][1]
    return tuple(
        EvaluationResult(
            report,
            compare(first, baseline) if number else None,
            label_maps[number] if label_maps else None,
        )
        for number, (report, baseline) in enumerate(evaluated)
    )

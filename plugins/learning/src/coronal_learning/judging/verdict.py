"""What has come out of judging models: of each its report, and how it differs from the first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from coronal import Image, LabelMap
from coronal_learning.judging.about import About, Report
from coronal_learning.judging.differences import Differences, compare
from coronal_learning.judging.standing import Standing

__all__ = ["Images", "Judged", "LabelMaps", "Verdict", "verdicts"]

Images: TypeAlias = Callable[[int], Image]
"""Gives the image of an item, by its place among those that were judged by."""

LabelMaps: TypeAlias = Callable[[int], tuple[LabelMap, LabelMap]]
"""Gives an item's truth and what was found, on the grid of its image."""


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What has come out of judging a model.

    Parameters
    ----------
    report
        How good it is.
    differences
        What it does better or worse than the first; None of the first itself.
    label_maps
        What it finds; None of a classifier.
    """

    report: Report
    differences: Differences | None = None
    label_maps: LabelMaps | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A model, and what has come out of judging it."""

    about: About
    verdict: Verdict

    @property
    def name(self) -> str:
        """What the model is called."""
        return self.about.model

    @property
    def report(self) -> Report:
        """How good it is."""
        return self.verdict.report


def verdicts(
    judged: Sequence[tuple[Report, Standing]], label_maps: Sequence[LabelMaps] = ()
) -> tuple[Verdict, ...]:
    """Compare each model with the first.

    Parameters
    ----------
    judged
        Of each model its report, and what is kept of it; one at least, all judged by the same items.
    label_maps
        What each finds; empty of classifiers.
    """
    first = judged[0][1]
    return tuple(
        Verdict(
            report,
            compare(first, standing) if number else None,
            label_maps[number] if label_maps else None,
        )
        for number, (report, standing) in enumerate(judged)
    )

"""Two models, compared on the same items."""

from collections.abc import Mapping
from typing import Literal

import scipy
from pydantic import Field

from coronal_learning.judging.estimate import Estimate, Plain
from coronal_learning.judging.resamples import Drawing
from coronal_learning.judging.standing import Standing

__all__ = ["Differences", "compare"]


class Differences(Plain):
    """What the second model does better or worse than the first, on the same items.

    Parameters
    ----------
    kind
        What both are.
    n
        How many items there are.
    drawing
        How the intervals were made: each resample holds the same items for both.
    metrics
        By name, the second's value less the first's. An interval that holds 0 leaves open which is better.
    only_first, only_second
        Items that only the one got right; of segmenters, those of which its Dice is higher.
    p_value
        How probable numbers at least as unlike are where both are equally good: the exact test of Q. McNemar,
        Psychometrika 12 (1947) 153-157; of segmenters, the sign test. It takes items for independent.
    """

    kind: Literal["classifier", "segmenter"]
    n: int
    drawing: Drawing
    metrics: Mapping[str, Estimate]
    only_first: int
    only_second: int
    p_value: float = Field(description="1 where no item tells them apart.")


def compare(first: Standing, second: Standing) -> Differences:
    """Compare two models that were judged by the same items.

    Parameters
    ----------
    first, second
        Judged with the same resamples: so their intervals are paired, and nothing is drawn again.

    Raises
    ------
    ValueError
        When they were judged with others.
    """
    if first.drawing != second.drawing or len(first.merits) != len(second.merits):
        raise ValueError(
            f"both must be judged with the same resamples, found {first.drawing} and {second.drawing}"
        )
    measured = second.measured.less(first.measured)
    better = second.merits - first.merits  # NaN is neither
    only_first, only_second = int((better < 0).sum()), int((better > 0).sum())
    unlike = only_first + only_second
    return Differences(
        kind=first.kind,
        n=len(better),
        drawing=first.drawing,
        metrics={name: measured.estimate(name) for name in measured.whole},
        only_first=only_first,
        only_second=only_second,
        p_value=float(scipy.stats.binomtest(only_first, unlike).pvalue) if unlike else 1.0,
    )

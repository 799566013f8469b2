"""Two models, compared on the same items."""

from collections.abc import Mapping
from typing import Literal

import scipy
from pydantic import Field

from coronal_learning.evaluation.baseline import Baseline
from coronal_learning.evaluation.bootstrap import Bootstrap
from coronal_learning.evaluation.estimate import Estimate, ReportModel

__all__ = ["ModelComparison", "compare"]


class ModelComparison(ReportModel):
    """What a model does better or worse than its reference, on the same items.

    Parameters
    ----------
    kind
        What both are.
    n
        How many items there are.
    bootstrap
        How the intervals were made: each resample holds the same items for both.
    metrics
        By name, the model's value less the reference's. An interval that holds 0 leaves open which is better.
    reference_only, model_only
        Discordant pairs: items that only the one got right; of segmenters, those of which its Dice is higher.
    p_value
        How probable numbers at least as unlike are where both are equally good: the exact test of Q. McNemar,
        Psychometrika 12 (1947) 153-157; of segmenters, the sign test. It takes items for independent.
    """

    kind: Literal["classifier", "segmenter"]
    n: int
    bootstrap: Bootstrap
    metrics: Mapping[str, Estimate]
    reference_only: int
    model_only: int
    p_value: float = Field(description="1 where there are no discordant pairs.")


def compare(first: Baseline, second: Baseline) -> ModelComparison:
    """Compare two models that were evaluated on the same items.

    Parameters
    ----------
    first, second
        EvaluatedModel with the same resamples: so their intervals are paired, and nothing is drawn again.

    Raises
    ------
    ValueError
        When they were evaluated with others.
    """
    if first.bootstrap != second.bootstrap or len(first.item_scores) != len(second.item_scores):
        raise ValueError(
            f"both must be evaluated with the same resamples, found {first.bootstrap} and {second.bootstrap}"
        )
    measured = second.measured.less(first.measured)
    better = second.item_scores - first.item_scores  # NaN is neither
    reference_only, model_only = int((better < 0).sum()), int((better > 0).sum())
    unlike = reference_only + model_only
    return ModelComparison(
        kind=first.kind,
        n=len(better),
        bootstrap=first.bootstrap,
        metrics={name: measured.estimate(name) for name in measured.whole},
        reference_only=reference_only,
        model_only=model_only,
        p_value=float(scipy.stats.binomtest(reference_only, unlike).pvalue) if unlike else 1.0,
    )

"""Two models, compared on the same items."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy.stats import binomtest

from coronal import LabelMap, Prediction
from coronal_learning.judging.answers import Answers
from coronal_learning.judging.classification import METRICS, classification
from coronal_learning.judging.estimate import Estimate, Plain
from coronal_learning.judging.item_scores import ItemScores
from coronal_learning.judging.resamples import Drawing, Resamples, Score, Scores, Weights
from coronal_learning.judging.segmentation import MEASURES, segmentation

__all__ = ["Differences", "compare_classifiers", "compare_items", "compare_segmenters"]


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


def compare_classifiers(
    truth: Sequence[str],
    first: Sequence[Prediction],
    second: Sequence[Prediction],
    *,
    patients: Sequence[str] = (),
    seed: int = 0,
) -> Differences:
    """Compare what two classifiers said of the same items.

    Parameters
    ----------
    truth
        The class of each item.
    first, second
        What each said, in the same order.
    patients, seed
        As in `judge_classifier`.

    Raises
    ------
    BadDataset
        When there is no item, or one is of a class that one of them doesn't know.
    ValueError
        When the sequences are of unlike length.

    Examples
    --------
    >>> sure, unsure = Prediction(("cat", "dog"), (0.9, 0.1)), Prediction(("cat", "dog"), (0.4, 0.6))
    >>> compare_classifiers(["cat"] * 3, [unsure, sure, unsure], [sure] * 3).only_second
    2
    """
    answers = [Answers.of(truth, said) for said in (first, second)]
    resamples = Resamples.of(len(truth), patients=patients, seed=seed)
    score = _difference([classification(one) for one in answers], METRICS)
    is_right, is_right_too = (one.is_right for one in answers)
    better = is_right_too.astype(np.int64) - is_right
    return _differences("classifier", resamples, score, better)


def compare_segmenters(
    truth: Sequence[LabelMap],
    first: Sequence[LabelMap],
    second: Sequence[LabelMap],
    *,
    names: Mapping[int, str],
    patients: Sequence[str] = (),
    seed: int = 0,
) -> Differences:
    """Compare what two segmenters found in the same images.

    Parameters
    ----------
    truth
        The label map of each item.
    first, second
        What each found, in the same order.
    names, patients, seed
        As in `judge_segmenter`.

    Raises
    ------
    BadDataset
        When there is no item, or label maps of an item don't lie on one grid.
    ValueError
        When the sequences are of unlike length.
    """
    scored = [
        [ItemScores.of(one, other, names) for one, other in zip(truth, found, strict=True)]
        for found in (first, second)
    ]
    return compare_items(*scored, patients=patients, seed=seed)


def compare_items(
    first: Sequence[ItemScores],
    second: Sequence[ItemScores],
    *,
    patients: Sequence[str] = (),
    seed: int = 0,
) -> Differences:
    """Compare two segmenters by items that were compared one by one; see `compare_segmenters`."""
    resamples = Resamples.of(len(first), patients=patients, seed=seed)
    score = _difference([segmentation(one) for one in (first, second)], MEASURES)
    dice, other = (np.array([one.mean_dice for one in items], np.float64) for items in (first, second))
    better = np.nan_to_num(np.sign(other - dice)).astype(np.int64)
    return _differences("segmenter", resamples, score, better)


def _difference(scores: Sequence[Score], names: Sequence[str]) -> Score:
    def score(weights: Weights) -> Scores:
        first, second = (one(weights) for one in scores)
        return {name: second[name] - first[name] for name in names}

    return score


def _differences(
    kind: Literal["classifier", "segmenter"], resamples: Resamples, score: Score, better: NDArray[np.int64]
) -> Differences:
    measured = resamples.measure(score)
    only_first, only_second = int((better < 0).sum()), int((better > 0).sum())
    unlike = only_first + only_second
    return Differences(
        kind=kind,
        n=len(better),
        drawing=resamples.drawing,
        metrics={name: measured.estimate(name) for name in measured.whole},
        only_first=only_first,
        only_second=only_second,
        p_value=float(binomtest(only_first, unlike).pvalue) if unlike else 1.0,
    )

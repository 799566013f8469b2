"""A segmenter, judged by images whose label map is known."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import numpy as np
from pydantic import Field

from coronal import BadDataset, LabelMap
from coronal_learning.judging.estimate import Estimate, Plain
from coronal_learning.judging.item_scores import ItemScores
from coronal_learning.judging.resamples import Drawing, Measured, Resamples
from coronal_learning.judging.segmentation import MEASURES, segmentation, unit_of
from coronal_learning.judging.standing import Standing

__all__ = ["LabelRow", "SegmenterMetrics", "SegmenterReport", "judge_items", "judge_segmenter"]

_MOST_SHOWN = 12


class SegmenterMetrics(Plain):
    """How good it is: of each item the mean of its labels, and of these the mean."""

    dice: Estimate
    jaccard: Estimate
    hausdorff95: Estimate


class LabelRow(Plain):
    """How good it is at one label."""

    name: str
    label: int
    n: int = Field(description="Items in whose truth it is.")
    missed: int = Field(description="Of these those in which none of it was found.")
    invented: int = Field(description="Items in which it was found though it isn't there.")
    dice: Estimate
    jaccard: Estimate
    hausdorff95: Estimate = Field(description="Of the items in which it is, and was found.")


class SegmenterReport(Plain):
    """How good a segmenter is, and how sure that is.

    Parameters
    ----------
    n
        How many items it was judged by.
    unit
        Of the Hausdorff distance: mm where the items have a spacing.
    drawing
        How the intervals were made.
    metrics, rows
        Of all labels together, and of each.
    absent
        The labels that are in no item's truth.
    items
        Each item by itself.
    worst
        The items of the lowest Dice, by their places, the lowest first; at most 12.
    """

    kind: Literal["segmenter"] = "segmenter"
    n: int
    unit: Literal["mm", "px"]
    drawing: Drawing
    metrics: SegmenterMetrics
    rows: tuple[LabelRow, ...]
    absent: tuple[str, ...]
    items: tuple[ItemScores, ...]
    worst: tuple[int, ...]


def judge_segmenter(
    truth: Sequence[LabelMap],
    found: Sequence[LabelMap],
    *,
    names: Mapping[int, str],
    patients: Sequence[str] = (),
    seed: int = 0,
) -> SegmenterReport:
    """Judge a segmenter by what it found in images whose label map is known.

    Parameters
    ----------
    truth, found
        The label maps of each item, in the same order, both on one grid.
    names
        The labels that are compared, and what they stand for.
    patients
        Whom each item shows; empty where nothing is known. Items of one patient are drawn together.
    seed
        Where the resamples come from.

    Raises
    ------
    BadDataset
        When there is no item, or two label maps of an item don't lie on one grid.
    ValueError
        When the sequences are of unlike length.

    Examples
    --------
    >>> whole = LabelMap(np.ones((4, 4), int))
    >>> half = LabelMap(np.repeat([[1, 0]], 2, axis=1).repeat(4, axis=0))
    >>> judge_segmenter([whole], [half], names={1: "liver"}).metrics.jaccard.value
    0.5
    """
    pairs = zip(truth, found, strict=True)
    items = [ItemScores.of(one, other, names) for one, other in pairs]
    report, _ = judge_items(items, names, Resamples.of(len(items), patients=patients, seed=seed))
    return report


def judge_items(
    items: Sequence[ItemScores], names: Mapping[int, str], resamples: Resamples
) -> tuple[SegmenterReport, Standing]:
    """Judge a segmenter by items that were compared one by one, so that no two need be in memory.

    Parameters
    ----------
    items
        Compared by the labels of `names`.
    names
        As in `judge_segmenter`.
    resamples
        Of these items; for models that are compared the same.

    Returns
    -------
    tuple
        The report, and what others can be compared with.

    Raises
    ------
    BadDataset
        When there is no item.
    """
    if not items:
        raise BadDataset(["there must be an item to judge by, found none"])
    measured = resamples.measure(segmentation(items))
    merits = np.array([one.mean_dice for one in items], np.float64)
    standing = Standing("segmenter", resamples.drawing, measured.only(MEASURES), merits)
    return _report(items, names, measured, resamples), standing


def _report(
    items: Sequence[ItemScores], names: Mapping[int, str], measured: Measured, resamples: Resamples
) -> SegmenterReport:
    rows = tuple(_rows(items, names, measured))
    return SegmenterReport(
        n=len(items),
        unit=unit_of(items),
        drawing=resamples.drawing,
        metrics=SegmenterMetrics(
            dice=measured.estimate("dice"),
            jaccard=measured.estimate("jaccard"),
            hausdorff95=measured.estimate("hausdorff95"),
        ),
        rows=rows,
        absent=tuple(row.name for row in rows if not row.n),
        items=tuple(items),
        worst=_worst(items),
    )


def _rows(items: Sequence[ItemScores], names: Mapping[int, str], measured: Measured) -> Iterator[LabelRow]:
    truth = np.array([one.truth_px for one in items]) > 0
    found = np.array([one.found_px for one in items]) > 0
    for place, (label, name) in enumerate(names.items()):
        yield LabelRow(
            name=name,
            label=label,
            n=int(truth[:, place].sum()),
            missed=int((truth & ~found)[:, place].sum()),
            invented=int((found & ~truth)[:, place].sum()),
            dice=measured.estimate("label_dice", place),
            jaccard=measured.estimate("label_jaccard", place),
            hausdorff95=measured.estimate("label_hausdorff95", place),
        )


def _worst(items: Sequence[ItemScores]) -> tuple[int, ...]:
    told = [(dice, place) for place, one in enumerate(items) if (dice := one.mean_dice) is not None]
    return tuple(place for _, place in sorted(told)[:_MOST_SHOWN])

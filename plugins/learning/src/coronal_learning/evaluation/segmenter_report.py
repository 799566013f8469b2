"""A segmenter, evaluated on images whose label map is known."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import numpy as np
from pydantic import Field

from coronal import BadDataset, LabelMap
from coronal_learning.evaluation.baseline import Baseline
from coronal_learning.evaluation.bootstrap import Bootstrap, Measured, Resamples
from coronal_learning.evaluation.estimate import Estimate, ReportModel
from coronal_learning.evaluation.item_scores import ItemScores
from coronal_learning.evaluation.segmentation_metrics import MEASURES, segmentation, unit_of

__all__ = ["LabelMetrics", "SegmenterMetrics", "SegmenterReport", "evaluate_items", "evaluate_segmenter"]

_MAX_SHOWN = 12


class SegmenterMetrics(ReportModel):
    """The metrics: of each item the mean of its labels, and of these the mean."""

    dice: Estimate
    jaccard: Estimate
    hausdorff95: Estimate


class LabelMetrics(ReportModel):
    """The metrics of one label."""

    name: str
    label: int
    support: int = Field(description="Items in whose truth it is.")
    false_negatives: int = Field(description="Of these those in which none of it was found.")
    false_positives: int = Field(description="Items in which it was found though it isn't there.")
    dice: Estimate
    jaccard: Estimate
    hausdorff95: Estimate = Field(description="Of the items in which it is, and was found.")


class SegmenterReport(ReportModel):
    """The performance of a segmenter, with confidence intervals.

    Parameters
    ----------
    n
        How many items it was evaluated on.
    unit
        Of the Hausdorff distance: mm where the items have a spacing.
    bootstrap
        How the intervals were made.
    metrics, per_label
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
    bootstrap: Bootstrap
    metrics: SegmenterMetrics
    per_label: tuple[LabelMetrics, ...]
    absent: tuple[str, ...]
    items: tuple[ItemScores, ...]
    worst: tuple[int, ...]

    @property
    def rows(self) -> tuple[LabelMetrics, ...]:
        """The metrics label by label."""
        return self.per_label


def evaluate_segmenter(
    truth: Sequence[LabelMap],
    found: Sequence[LabelMap],
    *,
    names: Mapping[int, str],
    patients: Sequence[str] = (),
    seed: int = 0,
) -> SegmenterReport:
    """Evaluate a segmenter on images whose label map is known.

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
    >>> evaluate_segmenter([whole], [half], names={1: "liver"}).metrics.jaccard.value
    0.5
    """
    pairs = zip(truth, found, strict=True)
    items = [ItemScores.of(one, other, names) for one, other in pairs]
    report, _ = evaluate_items(items, names, Resamples.of(len(items), patients=patients, seed=seed))
    return report


def evaluate_items(
    items: Sequence[ItemScores], names: Mapping[int, str], resamples: Resamples
) -> tuple[SegmenterReport, Baseline]:
    """Evaluate a segmenter on items that were compared one by one, so that no two need be in memory.

    Parameters
    ----------
    items
        Compared by the labels of `names`.
    names
        As in `evaluate_segmenter`.
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
        raise BadDataset(["there must be an item to evaluate on, found none"])
    measured = resamples.measure(segmentation(items))
    item_scores = np.array([one.mean_dice for one in items], np.float64)
    baseline = Baseline("segmenter", resamples.bootstrap, measured.only(MEASURES), item_scores)
    return _report(items, names, measured, resamples), baseline


def _report(
    items: Sequence[ItemScores], names: Mapping[int, str], measured: Measured, resamples: Resamples
) -> SegmenterReport:
    rows = tuple(_rows(items, names, measured))
    return SegmenterReport(
        n=len(items),
        unit=unit_of(items),
        bootstrap=resamples.bootstrap,
        metrics=SegmenterMetrics(
            dice=measured.estimate("dice"),
            jaccard=measured.estimate("jaccard"),
            hausdorff95=measured.estimate("hausdorff95"),
        ),
        per_label=rows,
        absent=tuple(row.name for row in rows if not row.support),
        items=tuple(items),
        worst=_worst(items),
    )


def _rows(
    items: Sequence[ItemScores], names: Mapping[int, str], measured: Measured
) -> Iterator[LabelMetrics]:
    truth = np.array([one.truth_px for one in items]) > 0
    found = np.array([one.predicted_px for one in items]) > 0
    for place, (label, name) in enumerate(names.items()):
        yield LabelMetrics(
            name=name,
            label=label,
            support=int(truth[:, place].sum()),
            false_negatives=int((truth & ~found)[:, place].sum()),
            false_positives=int((found & ~truth)[:, place].sum()),
            dice=measured.estimate("label_dice", place),
            jaccard=measured.estimate("label_jaccard", place),
            hausdorff95=measured.estimate("label_hausdorff95", place),
        )


def _worst(items: Sequence[ItemScores]) -> tuple[int, ...]:
    reported = [(dice, place) for place, one in enumerate(items) if (dice := one.mean_dice) is not None]
    return tuple(place for _, place in sorted(reported)[:_MAX_SHOWN])

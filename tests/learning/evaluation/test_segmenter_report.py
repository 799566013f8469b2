"""A segmenter's metrics, against the measurer that defines them, and against values known otherwise."""

import numpy as np
import pytest
from evaluation_cases import drawn

from coronal import BadDataset, Geometry, LabelMap, Reference
from coronal_imaging.measure.agreement.compare import compare
from coronal_learning.evaluation.segmenter_report import evaluate_segmenter

NAMES = {1: "liver", 2: "vessel"}


@pytest.mark.parametrize("spacing", [(1.5, 0.5), None], ids=["mm", "px"])
def test_each_item_has_the_numbers_of_the_measurer(spacing: tuple[float, ...] | None) -> None:
    truth, found = drawn(7, 0, spacing), drawn(7, 1, spacing)
    report = evaluate_segmenter(truth, found, names=NAMES)
    assert report.unit == ("mm" if spacing else "px")
    for item, one, other in zip(report.items, truth, found, strict=True):
        table = compare(other, Reference(one.labels, one.geometry), numbers="classes")
        rows = dict(zip(table.column("label"), table.rows, strict=True))
        for place, label in enumerate(NAMES):
            expected = rows[label][2:4] if label in rows else (None, None)
            assert (item.dice[place], item.jaccard[place]) == expected
            assert item.hausdorff95[place] == (rows[label][6] if label in rows else None)


def test_volumes_are_compared_as_volumes() -> None:
    whole = np.zeros((9, 9, 9), np.uint8)
    whole[2:6, 2:6, 2:6] = 1
    geometry = Geometry((3.0, 1.0, 1.0))
    moved = LabelMap(np.roll(whole, 1, axis=0), geometry)
    item = evaluate_segmenter([LabelMap(whole, geometry)], [moved], names={1: "cube"}).items[0]
    assert (item.dice, item.hausdorff95, item.unit) == ((0.75,), (3.0,), "mm")


def test_the_mean_is_that_of_items_and_of_an_item_that_of_its_labels() -> None:
    truth, found = drawn(9), drawn(9, 1)
    report = evaluate_segmenter(truth, found, names=NAMES)
    of_items = [np.mean([one for one in item.dice if one is not None]) for item in report.items]
    assert report.metrics.dice.value == pytest.approx(np.mean(of_items))
    assert report.metrics.dice.low < report.metrics.dice.value < report.metrics.dice.high
    second = [item.dice[1] for item in report.items if item.dice[1] is not None]
    assert report.rows[1].dice.value == pytest.approx(np.mean(second))
    assert list(report.worst) == np.argsort(of_items, kind="stable").tolist()


def test_a_label_that_is_missed_or_invented_has_dice_0_and_no_distance() -> None:
    square, empty = np.pad(np.ones((3, 3), int), 2), np.zeros((7, 7), int)
    report = evaluate_segmenter(
        [LabelMap(one) for one in (square, empty, empty)],
        [LabelMap(one) for one in (empty, square, empty)],
        names={1: "spot", 2: "none"},
    )
    spot, none = report.rows
    assert (spot.support, spot.false_negatives, spot.false_positives) == (1, 1, 1)
    assert [item.dice[0] for item in report.items] == [0, 0, None]
    assert (spot.dice.value, spot.hausdorff95.value) == (0, None)
    assert (report.absent, none.dice.value) == (("none",), None)
    assert report.worst == (0, 1)


def test_items_without_spacing_are_left_out_of_distances_in_mm() -> None:
    truth, found = drawn(4) + drawn(4, spacing=None), drawn(4, 1) + drawn(4, 1, spacing=None)
    mixed, placed = (
        evaluate_segmenter(truth, found, names=NAMES),
        evaluate_segmenter(truth[:4], found[:4], names=NAMES),
    )
    assert mixed.unit == "mm"
    assert mixed.metrics.hausdorff95.value == pytest.approx(placed.metrics.hausdorff95.value)


def test_patients_widen_intervals() -> None:
    truth, found = ([one for one in drawn(12, seed) for _ in range(6)] for seed in (0, 1))
    patients = [str(number // 6) for number in range(72)]
    narrow = evaluate_segmenter(truth, found, names=NAMES).metrics.dice
    wide = evaluate_segmenter(truth, found, names=NAMES, patients=patients).metrics.dice
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)


def test_the_same_seed_gives_the_same_report() -> None:
    first, again = (evaluate_segmenter(drawn(5), drawn(5, 1), names=NAMES, seed=3) for _ in range(2))
    assert first.model_dump_json() == again.model_dump_json()


@pytest.mark.parametrize(
    "found",
    [LabelMap(np.ones((3, 3), int)), LabelMap(np.ones((2, 2), int), Geometry((2.0, 1.0)))],
    ids=["shape", "place"],
)
def test_label_maps_that_lie_elsewhere_are_refused(found: LabelMap) -> None:
    with pytest.raises(BadDataset, match="lie on the grid of what is found"):
        evaluate_segmenter([LabelMap(np.ones((2, 2), int))], [found], names=NAMES)


def test_no_item_is_refused() -> None:
    with pytest.raises(BadDataset, match="found none"):
        evaluate_segmenter([], [], names=NAMES)

"""Objects matched by where they lie, against a matcher that tries all pairs, and values found by hand."""

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from coronal_imaging.measure.agreement.matching import Matching


def row(*runs: tuple[int, int]) -> np.ndarray:
    """A line of pixels: of each number so many."""
    return np.array([[number for number, count in runs for _ in range(count)]], np.int32)


def random_maps(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Two label maps whose objects overlap in all ways: discs, and the same moved, left out, joined and
    cut."""
    random = np.random.default_rng(seed)
    expected, found = np.zeros((2, 80, 80), np.int32)
    grid = np.indices(expected.shape)
    for number in random.permutation(np.arange(1, 40)):
        centre, radius = random.integers(0, 80, 2), random.integers(3, 9)
        expected[np.hypot(*(grid - centre[:, None, None])) < radius] = number
        if random.random() < 0.8:
            centre = centre + random.integers(-4, 5, 2)
            own = number if random.random() < 0.8 else random.integers(1, 40)
            found[np.hypot(*(grid - centre[:, None, None])) < radius + random.integers(-2, 3)] = own + 1000
    return found, expected


def by_all_pairs(
    found: np.ndarray, expected: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, int, int]:
    """IoU, and the two ways in which one lies within another, of every object with every other."""
    numbers, others = (np.unique(one[one > 0]) for one in (found, expected))
    iou, of_found, of_expected = np.zeros((3, len(others), len(numbers)))
    for i, other in enumerate(others):
        for j, number in enumerate(numbers):
            one, two = found == number, expected == other
            common = (one & two).sum()
            iou[i, j] = common / (one | two).sum()
            of_found[i, j], of_expected[i, j] = common / one.sum(), common / two.sum()
    split = ((of_found > 0.5).sum(axis=1) > 1).sum()
    merged = ((of_expected > 0.5).sum(axis=0) > 1).sum()
    return numbers, others, iou, int(split), int(merged)


@pytest.mark.parametrize("seed", range(8))
def test_objects_match_as_all_pairs_tell(seed: int) -> None:
    found, expected = random_maps(seed)
    numbers, others, iou, split, merged = by_all_pairs(found, expected)
    # As many pairs as can be whose IoU is over a half, by the Hungarian method.
    rows, columns = linear_sum_assignment((iou > 0.5) * (-1 - iou))
    chosen = iou[rows, columns]
    chosen = chosen[chosen > 0.5]
    matching = Matching.of(found, expected)
    assert matching.matched == chosen.size > 0
    assert matching.segmentation_quality == pytest.approx(chosen.mean())
    false = len(numbers) + len(others) - 2 * chosen.size
    assert matching.f1 == pytest.approx(chosen.size / (chosen.size + false / 2))
    assert matching.panoptic_quality == pytest.approx(chosen.sum() / (chosen.size + false / 2))
    assert (matching.split, matching.merged) == (split, merged)
    np.testing.assert_allclose(matching.iou, iou.max(axis=1))
    best = np.where(iou.max(axis=1) > 0, numbers[iou.argmax(axis=1)], 0)
    np.testing.assert_array_equal(matching.partner, best)


def test_panoptic_quality_by_hand() -> None:
    # IoU 8/10 and 6/10 match, 4/10 doesn't; one of each has nothing: TP 2, FP 2, FN 2.
    expected = row((1, 9), (0, 1), (2, 10), (3, 7), (0, 3), (0, 5), (5, 5))
    found = row((0, 1), (7, 9), (8, 6), (0, 4), (0, 3), (9, 7), (4, 5), (0, 5))
    matching = Matching.of(found, expected)
    assert matching.iou.tolist() == [0.8, 0.6, 0.4, 0.0]
    assert matching.partner.tolist() == [7, 8, 9, 0]
    assert (matching.matched, matching.found.size, matching.expected.size) == (2, 4, 4)
    assert matching.segmentation_quality == pytest.approx(0.7)
    assert matching.f1 == pytest.approx(0.5)
    assert matching.panoptic_quality == pytest.approx(0.35)


def test_an_iou_of_a_half_is_no_match() -> None:
    matching = Matching.of(row((1, 1), (0, 1)), row((1, 2)))
    assert (matching.iou.tolist(), matching.matched, matching.f1) == ([0.5], 0, 0.0)
    assert matching.segmentation_quality is None
    assert matching.panoptic_quality == 0.0


def test_one_that_became_three_is_split_and_two_that_became_one_are_merged() -> None:
    expected = row((1, 9), (0, 1), (2, 5), (3, 5))
    found = row((1, 3), (2, 3), (3, 3), (0, 1), (4, 10))
    matching = Matching.of(found, expected)
    assert (matching.split, matching.merged, matching.matched) == (1, 1, 0)


def test_numbers_may_be_as_large_as_they_can() -> None:
    largest = 2**31 - 1
    matching = Matching.of(row((largest, 3), (0, 1)), row((largest, 3), (1, 1)))
    assert matching.partner.tolist() == [0, largest]
    assert matching.matched == 1


def test_nothing_on_either_side_has_no_quality_and_on_one_side_none_at_all() -> None:
    nothing, one = row((0, 4)), row((1, 4))
    assert Matching.of(nothing, nothing).panoptic_quality is None
    assert Matching.of(nothing, nothing).f1 is None
    for found, expected in ((nothing, one), (one, nothing)):
        assert Matching.of(found, expected).panoptic_quality == 0.0


def test_a_volume_is_matched_as_a_volume() -> None:
    expected = np.zeros((4, 6, 6), np.int32)
    expected[:, :3], expected[:, 3:] = 1, 2
    found = np.where(expected == 1, 9, 4)
    assert Matching.of(found, expected).panoptic_quality == 1.0

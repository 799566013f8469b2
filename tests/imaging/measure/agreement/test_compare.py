"""A segmentation, compared with a reference."""

import math

import numpy as np
import pytest
from phantoms import ball
from scipy import ndimage
from scipy.spatial.distance import cdist, dice, jaccard
from skimage.data import coins

from coronal import Geometry, Image, LabelMap, Reference, Table
from coronal_imaging.measure.agreement.compare import compare
from coronal_imaging.shapes.blobs import blobs
from coronal_imaging.threshold.multi_otsu import multi_otsu
from coronal_imaging.threshold.otsu import otsu


def row(table: Table, number: int = 0) -> dict[str, object]:
    return dict(zip(table.headings, table.rows[number], strict=True))


def compared(
    found: np.ndarray, expected: np.ndarray, spacing: tuple[float, ...] | None = None
) -> dict[str, object]:
    geometry = Geometry(spacing)
    return row(compare(LabelMap(found, geometry), Reference(expected, geometry)))


def test_overlap_is_what_scipy_finds() -> None:
    found, expected = np.random.default_rng(0).random((2, 30, 30)) > 0.6
    result = compared(found, expected)
    assert result["dice"] == pytest.approx(1 - dice(found.ravel(), expected.ravel()))
    assert result["jaccard"] == pytest.approx(1 - jaccard(found.ravel(), expected.ravel()))


def test_distances_are_those_between_all_pairs_of_edge_pixels() -> None:
    spacing = (3.0, 0.5, 1.0)
    found = ndimage.gaussian_filter(np.random.default_rng(0).normal(size=(8, 30, 20)), 2) > 0.02
    expected = np.roll(found, 3, axis=1)
    one, other = (np.argwhere(mask & ~ndimage.binary_erosion(mask)) * spacing for mask in (found, expected))
    pairs = cdist(one, other)
    there, back = pairs.min(axis=1), pairs.min(axis=0)
    result = compared(found, expected, spacing)
    assert result["hausdorff95_mm"] == pytest.approx(max(np.percentile(there, 95), np.percentile(back, 95)))
    assert result["mean_distance_mm"] == pytest.approx(np.concatenate([there, back]).mean())


def test_concentric_balls_are_as_far_apart_as_their_radii() -> None:
    spacing = (2.0, 1.0, 1.0)
    small, large = (ball((30, 60, 60), (29, 30, 30), radius, spacing) for radius in (15, 25))
    result = compared(small, large, spacing)
    assert result["hausdorff95_mm"] == pytest.approx(10, abs=1)
    assert result["mean_distance_mm"] == pytest.approx(10, abs=0.7)
    assert result["dice"] == pytest.approx(2 * 15**3 / (15**3 + 25**3), rel=0.02)
    assert result["precision"] == 1
    assert result["sensitivity"] == pytest.approx((15 / 25) ** 3, rel=0.02)
    assert result["difference_mm3"] == pytest.approx(4 / 3 * math.pi * (15**3 - 25**3), rel=0.02)
    assert result["relative_difference_percent"] == pytest.approx(100 * ((15 / 25) ** 3 - 1), abs=1)


def test_a_shifted_square_has_its_known_measures() -> None:
    square = np.zeros((60, 60), np.uint8)
    square[10:30, 10:30] = 1
    result = compared(np.roll(square, 5, axis=1), square, (1.0, 0.4))
    assert result["dice"] == pytest.approx(15 / 20)
    assert result["jaccard"] == pytest.approx(15 / 25)
    assert result["hausdorff95_mm"] == pytest.approx(2.0)
    assert result["area_mm2"] == result["reference_area_mm2"] == pytest.approx(160)
    assert result["difference_mm2"] == 0


def test_what_is_alike_agrees() -> None:
    disc = ball((40, 40), (20, 20), 10)
    result = compared(disc, disc)
    assert (result["dice"], result["jaccard"]) == (1, 1)
    assert (result["hausdorff95_px"], result["mean_distance_px"]) == (0, 0)


def test_each_class_has_a_row_by_its_name() -> None:
    found, expected = np.zeros((2, 20, 20), np.int32)
    found[2:6, 2:6], expected[2:6, 2:8] = 1, 1
    expected[10:15, 10:15], found[0, 19] = 7, 2**31 - 1
    table = compare(LabelMap(found), Reference(expected, names={1: "liver", 7: "spleen"}))
    assert table.column("label") == (None, 1, 7, 2**31 - 1)
    assert table.column("name") == ("foreground", "liver", "spleen", "")
    assert table.column("dice")[1:] == (pytest.approx(0.8), 0, 0)
    assert table.column("precision")[1:] == (1, None, 0)
    assert table.column("sensitivity")[1:] == (pytest.approx(2 / 3), 0, None)
    assert table.column("hausdorff95")[2:] == (None, None)
    assert table.column("relative_difference")[2:] == (-100, None)


def test_each_class_is_compared_as_though_it_stood_alone() -> None:
    found = 3 * ball((60, 60), (20, 20), 9) + 4 * ball((60, 60), (42, 40), 12)
    expected = np.roll(found, (2, 1), axis=(0, 1))
    table = compare(LabelMap(found), Reference(expected), numbers="classes")
    for number, label in ((1, 3), (2, 4)):
        alone = compare(LabelMap(found == label), Reference(expected == label), numbers="classes")
        assert table.rows[number][2:] == alone.rows[0][2:]


def test_objects_can_be_compared_as_one_only() -> None:
    disc = ball((40, 40), (20, 20), 10)
    table = compare(LabelMap(disc), Reference(disc * 5), each_label=False)
    assert len(table.rows) == 1
    assert table.column("dice") == (1.0,)


def test_two_empty_label_maps_have_nothing_to_compare() -> None:
    empty = np.zeros((5, 5), np.uint8)
    table = compare(LabelMap(empty), Reference(empty))
    assert len(table.rows) == 1
    assert (table.column("dice"), table.column("hausdorff95")) == ((None,), (None,))


def three_squares() -> tuple[np.ndarray, np.ndarray]:
    """Three squares in the reference; found are the first two under other numbers, and another."""
    found, expected = np.zeros((2, 40, 40), np.int32)
    expected[2:8, 2:8], expected[2:8, 20:26], expected[20:26, 2:8] = 1, 2, 3
    found[2:8, 2:8], found[2:8, 22:28], found[30:36, 30:36] = 5, 1, 2
    return found, expected


def test_objects_are_compared_with_those_that_lie_there_whatever_their_numbers() -> None:
    found, expected = three_squares()
    table = compare(LabelMap(found), Reference(expected))
    assert table.column("compared_as") == ("objects",) * 5
    assert table.column("label") == (None, 1, 2, 3, None)
    assert table.column("name") == ("foreground", "", "", "", "not in the reference")
    assert table.column("found") == (None, 5, 1, None, 2)
    assert table.column("is_match") == (None, 1, 0, 0, 0)
    assert table.column("dice")[1:] == (1, pytest.approx(2 / 3), 0, 0)
    assert table.column("area")[1:] == (36, 36, 0, 36)
    assert table.column("reference_area")[1:] == (36, 36, 36, 0)
    whole = row(table)
    assert (whole["matched"], whole["missed"], whole["invented"]) == (1, 2, 2)
    assert (whole["split"], whole["merged"]) == (0, 0)
    assert whole["panoptic_quality"] == whole["f1"] == whole["recognition_quality"] == pytest.approx(1 / 3)
    assert whole["segmentation_quality"] == 1


def test_the_same_numbers_are_compared_where_they_are_said_to_be_classes() -> None:
    found, expected = three_squares()
    table = compare(LabelMap(found), Reference(expected), numbers="classes")
    assert table.column("label") == (None, 1, 2, 3, 5)
    assert table.column("dice")[1:] == (0, 0, 0, 0)
    assert "panoptic_quality" not in [column.name for column in table.columns]


def test_a_mask_is_the_objects_that_are_its_pieces() -> None:
    found, expected = three_squares()
    mask = compare(LabelMap(found), Reference(expected > 0))
    assert mask.rows == compare(LabelMap(found), Reference(expected)).rows


def test_the_segmenter_tells_whether_its_numbers_are_objects_or_classes() -> None:
    image = Image(coins())
    objects, named, classes = otsu(image, min_size=100), blobs(image), multi_otsu(image)
    reference = Reference.of(image, objects.labels)
    for found, kind in ((objects, "objects"), (named, "objects"), (classes, "classes")):
        assert compare(found, reference).column("compared_as")[0] == kind
    assert compare(objects, reference).column("panoptic_quality")[0] == 1
    liver = Reference.of(image, objects.labels > 0, {1: "liver"})
    assert compare(objects, liver, each_label=False).column("compared_as") == ("classes",)

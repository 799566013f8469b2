"""The texture of each object."""

import numpy as np
import pytest
from skimage import data
from skimage.feature import graycomatrix, graycoprops, local_binary_pattern

from coronal import Image, LabelMap
from coronal_imaging.measure.texture import texture

ANGLES = (0, np.pi / 4, np.pi / 2, 3 * np.pi / 4)


def row(image: Image, labels: LabelMap, **parameters: int) -> dict[str, object]:
    table = texture(image, labels, **parameters)
    return dict(zip((column.name for column in table.columns), table.rows[0], strict=True))


def whole(pixels: np.ndarray) -> LabelMap:
    return LabelMap(np.ones(pixels.shape, np.uint8))


@pytest.mark.parametrize("distance", [1, 3])
def test_of_a_whole_image_it_is_the_library(distance: int) -> None:
    cell = data.cell()[100:200, 100:180]
    found = row(Image(cell), whole(cell), levels=16, distance=distance)
    span = cell.max() - cell.min()
    levels = np.minimum((cell - cell.min()) / span * 16, 15).astype(np.uint8)
    matrix = graycomatrix(levels, [distance], ANGLES, 16, symmetric=True)
    for name in ("contrast", "dissimilarity", "homogeneity", "energy", "correlation", "entropy"):
        assert found[name] == pytest.approx(graycoprops(matrix, name).mean(), rel=1e-9)
    patterns = local_binary_pattern(np.pad(cell, 3, "edge"), 8, distance, "uniform")[3:-3, 3:-3]
    expected = np.bincount(patterns.astype(int).ravel(), minlength=10) / cell.size
    assert [found[f"lbp_{i}"] for i in (*range(9), "other")] == pytest.approx(expected)


@pytest.mark.parametrize("distance", [1, 3])
def test_of_objects_it_is_the_library_one_by_one(distance: int) -> None:
    cell = data.cell()[100:200, 100:180]
    numbers = 5 * (cell > np.percentile(cell, 50)) + 2 * (cell > np.percentile(cell, 80))
    numbers[0, :3] = 9
    inside = cell[numbers > 0].astype(float)
    levels = np.minimum((cell - inside.min()) / np.ptp(inside) * 16, 15).clip(0).astype(np.uint8)
    table = texture(Image(cell), LabelMap(numbers), levels=16, distance=distance)
    assert len(table.rows) > 2
    for row in table.rows:
        matrix = graycomatrix((levels + 1) * (numbers == row[0]), [distance], ANGLES, 17, symmetric=True)
        counted = matrix[1:, 1:][..., matrix[1:, 1:].any(axis=(0, 1))[0]]
        found = dict(zip((column.name for column in table.columns), row, strict=True))
        for name in ("contrast", "dissimilarity", "homogeneity", "energy", "correlation", "entropy"):
            expected = graycoprops(counted, name).mean() if counted.size else None
            assert found[name] == (pytest.approx(expected, rel=1e-9, abs=1e-12) if counted.size else None)


def test_stripes_have_their_known_contrast() -> None:
    stripes = np.tile([0, 1], (40, 20))
    found = row(Image(stripes), whole(stripes), levels=2)
    # Neighbours differ along rows and both diagonals, and not along columns.
    assert found["contrast"] == pytest.approx(3 / 4)
    assert found["homogeneity"] == pytest.approx((3 / 2 + 1) / 4)
    assert found["correlation"] == pytest.approx((-3 + 1) / 4, abs=0.01)


def test_what_lies_outside_an_object_does_not_count() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (60, 60))
    noise[20:40, 20:40] = 100
    labels = np.zeros((60, 60), np.uint8)
    labels[20:40, 20:40], labels[50:, :] = 3, 9
    table = texture(Image(noise), LabelMap(labels))
    assert table.column("label") == (3, 9)
    assert table.column("contrast")[0] == 0
    assert table.column("contrast")[1] > 100
    assert table.column("energy")[0] == 1
    assert table.column("entropy")[0] == pytest.approx(0)


def test_the_slices_of_a_volume_are_added_up() -> None:
    plane = np.random.default_rng(0).integers(0, 256, (20, 20))
    volume = np.stack([plane, plane, plane])
    assert row(Image(volume), whole(volume)) == pytest.approx(row(Image(plane), whole(plane)))


def test_textures_can_be_reported_apart_and_do_not_depend_on_scale() -> None:
    rough = np.random.default_rng(0).normal(size=(64, 64))
    smooth = np.add.outer(np.arange(64), np.arange(64)) / 10
    assert row(Image(rough), whole(rough))["contrast"] > 20 * row(Image(smooth), whole(smooth))["contrast"]
    scaled = row(Image(rough * 1e6 - 7e6), whole(rough))
    assert scaled == pytest.approx(row(Image(rough), whole(rough)), abs=0.01)


def test_one_pixel_has_no_neighbours() -> None:
    found = row(Image(np.eye(5)), LabelMap(np.pad([[1]], 2)))
    assert (found["contrast"], found["entropy"]) == (None, None)
    assert sum(found[f"lbp_{i}"] for i in (*range(9), "other")) == 1


@pytest.mark.parametrize("fill", [1e30, -1e35, 3e38, np.inf, np.nan])
def test_a_value_far_outside_of_the_objects_changes_no_texture(fill: float) -> None:
    pixels = np.random.default_rng(0).normal(size=(30, 40))
    inside = np.zeros(pixels.shape, np.int32)
    inside[3:20, 3:20] = 1
    labels = LabelMap(inside)
    expected = texture(Image(pixels), labels)
    pixels[-1, -1] = fill
    assert texture(Image(pixels), labels) == expected
    assert expected.column("lbp_8")[0] < 0.2

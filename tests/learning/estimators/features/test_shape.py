"""The shape of what is bright."""

import numpy as np
import pytest
from skimage import draw

from coronal import Geometry, Image
from coronal_learning.estimators.features.shape import shape


def mask(*ellipses: tuple[int, int, int, int]) -> np.ndarray:
    drawn = np.zeros((80, 100), np.uint8)
    for row, column, height, width in ellipses:
        drawn[draw.ellipse(row, column, height, width)] = 200
    return drawn


def test_an_ellipse_is_what_geometry_says() -> None:
    part, extent, pieces, euler, solidity, eccentricity, *hu = shape(Image(mask((40, 50, 20, 40))))
    area = np.pi * 20 * 40
    assert part == pytest.approx(area / (80 * 100), rel=0.01)
    assert extent == pytest.approx(np.pi / 4, rel=0.04)
    assert (pieces, euler) == (1, 1)
    assert solidity == pytest.approx(1.0, abs=0.02)
    assert eccentricity == pytest.approx(np.sqrt(1 - (20 / 40) ** 2), abs=0.01)
    # The first is the sum of the variances (a²/4 and b²/4) through the area.
    assert hu[0] == pytest.approx((20**2 + 40**2) / 4 / area, rel=0.01)


def test_pieces_and_holes_are_counted() -> None:
    rings = mask((20, 25, 15, 20), (60, 75, 15, 20))
    rings[20, 25] = rings[60, 75] = rings[60, 85] = 0
    assert shape(Image(rings))[2:4].tolist() == [2, 2 - 3]


def test_moments_stay_when_the_image_is_turned() -> None:
    drawn = mask((30, 40, 10, 30), (50, 60, 12, 8))
    np.testing.assert_allclose(shape(Image(np.rot90(drawn)))[4:], shape(Image(drawn))[4:], rtol=1e-6)


def test_a_box_has_the_axes_of_a_box() -> None:
    box = np.zeros((20, 30, 40))
    box[3:7, 5:17, 2:26] = 1.0
    part, extent, pieces, euler, middle, thin = shape(Image(box))
    assert (part, extent, pieces, euler) == (4 * 12 * 24 / box.size, 1.0, 1.0, 1.0)
    assert (middle, thin) == pytest.approx((12 / 24, 4 / 24))


def test_a_plate_of_one_slice_has_the_thickness_of_its_slice() -> None:
    plate = np.zeros((5, 20, 30))
    plate[2, 3:13, 4:24] = 1.0
    assert shape(Image(plate))[4:] == pytest.approx([10 / 20, 1 / 20])
    thick = Image(plate, Geometry(spacing_mm=(5.0, 0.7, 0.7)))
    assert shape(thick)[4:] == pytest.approx([10 / 20, 5 / (20 * 0.7)])


def test_a_line_of_one_pixel_has_a_width() -> None:
    line = np.zeros((12, 16))
    line[4, 3:13] = 1.0
    eccentricity, *hu = shape(Image(line))[5:]
    assert eccentricity == pytest.approx(np.sqrt(1 - (1 / 10) ** 2))
    # A rectangle of sides a and b: its variances through its area are a / 12b and b / 12a.
    assert hu[0] == pytest.approx((10 + 1 / 10) / 12)
    assert hu[1] == pytest.approx(((10 - 1 / 10) / 12) ** 2)
    assert hu[2:] == pytest.approx([0.0] * 5, abs=1e-12)


def test_the_shape_is_that_in_mm() -> None:
    drawn = mask((40, 50, 20, 40), (30, 20, 10, 12))
    stretched = np.repeat(drawn, 3, axis=1)
    squeezed = Image(stretched, Geometry(spacing_mm=(0.6, 0.2)))
    np.testing.assert_allclose(shape(squeezed)[5:], shape(Image(drawn))[5:], rtol=1e-3, atol=1e-9)


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_what_lies_along_an_axis_is_the_same_to_the_bit_however_it_is_turned(turn: int) -> None:
    drawn = mask((40, 50, 8, 40))
    turned = np.ascontiguousarray(np.rot90(drawn, turn))
    assert shape(Image(turned))[5:7].tolist() == shape(Image(drawn))[5:7].tolist()


@pytest.mark.parametrize(
    ("pixels", "expected"),
    [
        (np.eye(1, 9)[np.newaxis], [1 / 9, 1.0, 1.0, 1.0, 1.0, 1.0]),
        (np.full((3, 4, 5), 7), [0.0] * 6),
        (np.full((4, 5), -3.5), [0.0] * 13),
        (np.eye(1, 9), [1 / 9, 1.0, 1.0, 1.0, 1.0, 0.0, 1 / 6] + [0.0] * 6),
    ],
    ids=["one voxel", "constant volume", "constant plane", "one pixel"],
)
def test_what_has_hardly_a_shape_has_numbers(pixels: np.ndarray, expected: list[float]) -> None:
    assert shape(Image(pixels)).tolist() == pytest.approx(expected)

"""The shape of what is bright."""

import numpy as np
import pytest
from skimage import draw

from coronal import Image
from coronal_classifiers.features.shape import shape


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
    # The variance of n equal steps is (n² - 1) / 12.
    assert middle == pytest.approx(np.sqrt((12**2 - 1) / (24**2 - 1)))
    assert thin == pytest.approx(np.sqrt((4**2 - 1) / (24**2 - 1)))


@pytest.mark.parametrize(
    ("pixels", "expected"),
    [
        (np.eye(1, 9)[np.newaxis], [1 / 9, 1.0, 1.0, 1.0, 0.0, 0.0]),
        (np.full((3, 4, 5), 7), [0.0] * 6),
        (np.full((4, 5), -3.5), [0.0] * 13),
        (np.eye(1, 9), [1 / 9, 1.0, 1.0, 1.0, 1.0, 0.0] + [0.0] * 7),
    ],
    ids=["one voxel", "constant volume", "constant plane", "one pixel"],
)
def test_what_has_hardly_a_shape_has_numbers(pixels: np.ndarray, expected: list[float]) -> None:
    assert shape(Image(pixels)).tolist() == pytest.approx(expected)

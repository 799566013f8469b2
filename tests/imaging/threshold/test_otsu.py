"""Objects by Otsu's threshold."""

import math

import numpy as np
import pytest
from phantoms import ball
from skimage import data
from skimage.color import rgb2gray
from skimage.filters import threshold_otsu
from skimage.measure import label

from coronal import Geometry, Image, Meaning
from coronal_imaging.threshold.otsu import otsu


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.float32])
def test_it_is_the_library_bit_for_bit(dtype: type) -> None:
    cell = data.cell().astype(dtype)
    expected = label(cell > threshold_otsu(cell))
    np.testing.assert_array_equal(otsu(Image(cell)).labels, expected)


def test_dark_objects_are_all_that_bright_ones_are_not() -> None:
    image = Image(data.cell())
    bright, dark = otsu(image, foreground="bright"), otsu(image, foreground="dark")
    np.testing.assert_array_equal(bright.labels > 0, dark.labels == 0)


def test_the_luminance_of_a_colour_image_is_parted() -> None:
    retina = data.retina()[400:600, 400:600]
    result = otsu(Image(retina, has_channels=True, meaning=Meaning.COLOUR)).labels > 0
    grey = rgb2gray(retina)
    # float32 and float64 part alike, but for pixels that lie on the threshold.
    assert np.mean(result != (grey > threshold_otsu(grey))) < 1e-3


def test_a_ball_has_its_known_volume() -> None:
    spacing, radius = (2.0, 0.5, 1.0), 10.0
    inside = ball((15, 60, 30), (14.0, 15.0, 15.0), radius, spacing)
    noise = np.random.default_rng(0).normal(0, 10, inside.shape)
    labels = otsu(Image((inside * 400 + noise - 1000).astype(np.int16), Geometry(spacing)))
    np.testing.assert_array_equal(labels.labels, inside)
    volume = np.count_nonzero(labels.labels) * math.prod(spacing)
    # Only voxels that the surface goes through can be wrong: those within half a diagonal of it.
    half_diagonal = math.hypot(*spacing) / 2
    bound = 4 / 3 * math.pi * ((radius + half_diagonal) ** 3 - radius**3)
    assert abs(volume - 4 / 3 * math.pi * radius**3) < bound
    assert volume == pytest.approx(4 / 3 * math.pi * radius**3, rel=0.02)


def test_pieces_that_touch_by_a_corner_are_one_object_and_across_slices_too() -> None:
    assert otsu(Image(np.eye(5))).count == 1
    diagonal = np.zeros((3, 3, 3), np.uint8)
    diagonal[range(3), range(3), range(3)] = 200
    assert otsu(Image(diagonal)).count == 1


@pytest.mark.parametrize(
    ("spacing", "min_size", "left"),
    [
        (None, 0.0, 3),
        (None, 4.0, 3),
        (None, 4.1, 2),
        (None, 9.0, 2),
        (None, 10.0, 1),
        (None, 26.0, 0),
        ((0.1, 0.1), 0.09, 2),
        ((0.5, 2.0), 9.0, 2),
    ],
)
def test_objects_smaller_than_the_smallest_are_left_out(
    spacing: tuple[float, ...] | None, min_size: float, left: int
) -> None:
    squares = np.zeros((20, 20), np.uint8)
    for place, side in ((1, 2), (5, 3), (10, 5)):
        squares[place : place + side, place : place + side] = 200
    labels = otsu(Image(squares, Geometry(spacing)), min_size=min_size)
    assert labels.count == left
    assert labels.labels.max() == left


def test_infinities_are_background_on_either_side() -> None:
    pixels = np.array([[0, 0, 9, 9, np.nan, np.inf, -np.inf]])
    np.testing.assert_array_equal(otsu(Image(pixels)).labels, [[0, 0, 1, 1, 0, 0, 0]])
    np.testing.assert_array_equal(otsu(Image(pixels), foreground="dark").labels, [[1, 1, 0, 0, 0, 0, 0]])

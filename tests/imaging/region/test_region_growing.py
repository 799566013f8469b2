"""Regions grown from seeds."""

import numpy as np
import pytest
from phantoms import ball
from skimage import data
from skimage.segmentation import flood

from coronal import BadParameter, Geometry, Image
from coronal_imaging.region.region_growing import region_growing

PLACED = Geometry((2.0, 0.5, 1.0), (-10.0, 5.0, 30.0), ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)))


def test_it_is_the_library_bit_for_bit() -> None:
    coins = data.coins()
    expected = flood(coins.astype(np.float32), (60, 30), connectivity=2, tolerance=40)
    result = region_growing(Image(coins), seeds=[[60.0, 30.0]], tolerance=40.0, smoothing=0.0)
    np.testing.assert_array_equal(result.labels > 0, expected)


def test_balls_are_grown_from_places_in_the_patient_and_in_the_array() -> None:
    balls = [ball((15, 60, 60), (14.0, 15.0, x), 9.0, PLACED.spacing_mm) for x in (15.0, 45.0)]
    noise = np.random.default_rng(0).normal(0, 5, balls[0].shape)
    image = Image((sum(balls) * 400 + noise).astype(np.int16), PLACED)
    array = [[7.0, 30.0, 45.0], [7.0, 30.0, 15.0]]
    world = [list(PLACED.position_mm(seed)) for seed in array]
    for seeds, unit in ((array, "px"), (world, "mm")):
        labels = region_growing(image, seeds=seeds, unit=unit, tolerance=100.0, smoothing=0.0).labels
        np.testing.assert_array_equal(labels, balls[1] * 1 + balls[0] * 2)


def test_by_itself_it_starts_where_the_image_is_brightest() -> None:
    large, small = ball((40, 60), (20, 15), 9), ball((40, 60), (20, 45), 5)
    labels = region_growing(Image(large * 100 + small * 150)).labels
    assert set(np.unique(labels[small])) == {0, 1}
    assert labels[20, 45] == 1
    assert not labels[large].any()


def test_a_seed_in_an_earlier_region_has_none_of_its_own() -> None:
    image = Image(np.array([[9, 9, 0, 5, 5]]))
    labels = region_growing(image, seeds=[[0.0, 0.0], [0.0, 1.0], [0.0, 4.0]], tolerance=1.0, smoothing=0.0)
    assert labels.labels.tolist() == [[1, 1, 0, 2, 2]]


def test_a_flood_does_not_pass_what_is_no_number() -> None:
    pixels = np.array([[9.0, 9.0, np.nan, 9.0, 0.0]])
    labels = region_growing(Image(pixels), seeds=[[0.0, 0.0]], smoothing=0.0)
    assert labels.labels.tolist() == [[1, 1, 0, 0, 0]]


@pytest.mark.parametrize(
    ("seeds", "unit", "message"),
    [
        ([[1.0]], "px", r"seeds must be places of 2 numbers \(px\), found 1 numbers"),
        ([[1.0, 9.0]], "px", r"seeds must be in the image of \(3, 4\), found the pixel \(1, 9\)"),
        ([[-1.0, 0.0]], "px", "seeds must be in the image"),
        ([[0.0, 0.0]], "px", r"seeds must be on pixels that are numbers, found NaN at \(0, 0\)"),
        ([[1.0, 1.0]] * 101, "px", "seeds must be at most 100 places, found 101"),
        ([[1.0, 1.0, 1.0]], "mm", "unit must be px: the image's place in the patient isn't known, found mm"),
    ],
)
def test_a_seed_that_is_nowhere_is_refused(seeds: list[list[float]], unit: str, message: str) -> None:
    pixels = np.arange(12.0).reshape(3, 4)
    pixels[0, 0] = np.nan
    with pytest.raises(BadParameter, match=message):
        region_growing(Image(pixels), seeds=seeds, unit=unit)

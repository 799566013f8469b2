"""Regions flooded from markers."""

import numpy as np
import pytest
from phantoms import ball
from scipy import ndimage
from skimage import data, segmentation

from coronal import Geometry, Image, LabelMap
from coronal_imaging.region.marker_watershed import marker_watershed


def markers_of(image: Image, *places: tuple[int, ...]) -> LabelMap:
    labels = np.zeros(image.shape, int)
    for number, place in enumerate(places, start=3):
        labels[place] = number
    return LabelMap.of(image, labels, {number: f"number {number}" for number in range(3, 3 + len(places))})


def test_it_is_the_library_bit_for_bit() -> None:
    coins = data.coins()
    image = Image(coins)
    labels = markers_of(image, (60, 35), (60, 75), (5, 5))
    smooth = ndimage.gaussian_filter((coins - 1) / 251, 1.0, mode="nearest")
    relief = np.hypot(ndimage.sobel(smooth, 0), ndimage.sobel(smooth, 1)).astype(np.float32)
    expected = segmentation.watershed(relief, labels.labels, connectivity=2)
    result = marker_watershed(image, labels, within="image")
    assert np.mean(result.labels != expected) < 1e-3


@pytest.mark.parametrize("foreground", ["bright", "dark"])
def test_touching_balls_meet_on_the_line_between_them_and_keep_their_numbers(foreground: str) -> None:
    spacing = (2.0, 1.0, 0.5)
    left, right = (ball((15, 30, 100), (15, 15, x), 11, spacing) for x in (15, 35))
    pixels = np.where(left ^ right, 200.0, np.where(left & right, 160.0, 0.0))
    image = Image(pixels if foreground == "bright" else -pixels, Geometry(spacing))
    markers = markers_of(image, (7, 15, 20), (7, 15, 80))
    relief = "dark" if foreground == "bright" else "bright"
    result = marker_watershed(image, markers, relief=relief, within=foreground, smoothing=0.0)
    np.testing.assert_array_equal(result.labels > 0, left | right)
    np.testing.assert_array_equal(result.labels[left & ~right], 3)
    np.testing.assert_array_equal(result.labels[right & ~left], 4)
    assert result.names == {3: "number 3", 4: "number 4"}


def test_without_markers_there_is_nothing() -> None:
    image = Image(data.coins())
    assert marker_watershed(image, LabelMap.of(image, np.zeros(image.shape, int))).count == 0


def test_of_one_value_only_the_markers_are_left_and_what_is_no_number_is_background() -> None:
    constant = Image(np.ones((5, 5)))
    assert marker_watershed(constant, markers_of(constant, (2, 2))).labels.sum() == 3
    pixels = np.array([[9.0, 9.0, np.nan, 9.0, 0.0]])
    image = Image(pixels)
    result = marker_watershed(image, markers_of(image, (0, 0)), within="image")
    assert result.labels.tolist() == [[3, 3, 0, 0, 0]]

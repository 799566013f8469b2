"""Objects that were taken for one, split where they are thin."""

import numpy as np
import pytest
from phantoms import ball
from scipy import ndimage

from coronal import BadParameter, Geometry, Image, LabelMap
from coronal_segmenters.otsu import otsu
from coronal_segmenters.split_touching import split_touching
from coronal_segmenters.watershed import watershed


def test_after_otsu_it_is_the_watershed() -> None:
    noise = ndimage.gaussian_filter(np.random.default_rng(0).normal(size=(200, 200)), 2)
    image = Image(noise, Geometry((0.5, 0.4)))
    result = split_touching(otsu(image), distance=3.0, smoothing=0.5)
    expected = watershed(image, distance=3.0, smoothing=0.5)
    assert result.count > otsu(image).count
    np.testing.assert_array_equal(result.labels, expected.labels)


def test_two_touching_balls_in_thick_slices_are_split() -> None:
    spacing = (3.0, 0.5, 1.0)
    top, bottom = (ball((20, 60, 30), (z, 15, 15), 12, spacing) for z in (18, 38))
    labels = split_touching(LabelMap(top | bottom, Geometry(spacing))).labels
    assert labels.max() == 2
    np.testing.assert_array_equal(labels[3], top[3] * 1)
    np.testing.assert_array_equal(labels[16], bottom[16] * 2)


def test_labels_that_touch_stay_apart() -> None:
    left, right = (ball((41, 70), (20, column), 15) for column in (20, 46))
    given = np.where(left, 9, right * 4)
    result = split_touching(LabelMap(given), distance=100.0)
    np.testing.assert_array_equal(result.labels, np.where(given == 9, 1, (given == 4) * 2))


def test_a_class_in_two_places_loses_none() -> None:
    large, small = ball((50, 70), (25, 25), 20), ball((50, 70), (25, 50), 3)
    result = split_touching(LabelMap(large | small, names={1: "nucleus"}), distance=30.0)
    np.testing.assert_array_equal(result.labels, large + 2 * small)
    assert result.names == {1: "nucleus", 2: "nucleus"}


def test_smoothing_of_too_many_pixels_is_refused() -> None:
    with pytest.raises(BadParameter, match="smoothing must be ≤ 100 px, found 1, which is 1000 px"):
        split_touching(LabelMap(np.eye(9, dtype=np.uint8), Geometry((0.001, 0.001))))

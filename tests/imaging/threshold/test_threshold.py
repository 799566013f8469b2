"""Objects between two levels that are given."""

import numpy as np
import pytest
from phantoms import ball
from skimage import data
from skimage.measure import label

from coronal import BadParameter, Geometry, Image, Meaning
from coronal_imaging.threshold.threshold import threshold


def test_it_is_the_comparison_itself() -> None:
    coins = data.coins()
    np.testing.assert_array_equal(threshold(Image(coins), lower=120.0).labels, label(coins >= 120))
    np.testing.assert_array_equal(threshold(Image(coins), upper=60.0).labels, label(coins <= 60))


def test_bone_between_air_and_metal_has_its_known_area() -> None:
    spacing = (0.5, 1.0)
    bone, metal = ball((120, 60), (30, 30), 20, spacing), ball((120, 60), (30, 30), 5, spacing)
    units = np.where(metal, 3000, np.where(bone, 700, -1000)).astype(np.int16)
    ring = threshold(Image(units, Geometry(spacing), meaning=Meaning.HOUNSFIELD), lower=300.0, upper=2000.0)
    assert ring.count == 1
    area = np.count_nonzero(ring.labels) * 0.5
    assert area == pytest.approx(np.pi * (20**2 - 5**2), rel=0.01)


def test_both_levels_are_themselves_in() -> None:
    pixels = np.array([[1, 2, 3, 4, np.nan, np.inf]])
    assert (threshold(Image(pixels), lower=2.0, upper=3.0).labels > 0).tolist() == [
        [False, True, True, False, False, False]
    ]
    assert (threshold(Image(pixels), lower=2.0).labels > 0).tolist() == [
        [False, True, True, True, False, False]
    ]


def test_without_a_level_or_with_two_that_cross_it_is_refused() -> None:
    image = Image(np.eye(3))
    with pytest.raises(
        BadParameter, match="lower must be given, or upper: a level in the unit of the image's"
    ):
        threshold(image)
    with pytest.raises(BadParameter, match=r"upper must be ≥ lower \(2\), found 1"):
        threshold(image, lower=2.0, upper=1.0)

"""Classes of brightness by Otsu's thresholds."""

import numpy as np
import pytest
from skimage import data
from skimage.filters import threshold_multiotsu

from coronal import Image, Meaning
from coronal_imaging.threshold.multi_otsu import multi_otsu


@pytest.mark.parametrize("classes", [2, 3, 4])
def test_it_is_the_library_bit_for_bit(classes: int) -> None:
    coins = data.coins()
    expected = np.digitize(coins, threshold_multiotsu(coins, classes), right=True)
    np.testing.assert_array_equal(multi_otsu(Image(coins), classes=classes).labels, expected)


def test_tissues_of_known_values_are_parted_and_named() -> None:
    tissues = np.random.default_rng(0).choice(4, (20, 30, 30), p=[0.4, 0.1, 0.3, 0.2])
    units = np.array([-1000, -100, 40, 700])[tissues] + np.random.default_rng(1).normal(0, 5, tissues.shape)
    labels = multi_otsu(Image(units.astype(np.int16), meaning=Meaning.HOUNSFIELD), classes=4)
    # A threshold is the middle of a bin, and can cut off the outermost values of a class.
    assert np.mean(labels.labels != tissues) < 1e-3
    assert list(labels.names) == [1, 2, 3]
    assert labels.names[1].endswith(" HU")
    assert labels.names[3].startswith("above ")


def test_two_values_make_one_class_beside_the_background() -> None:
    labels = multi_otsu(Image(np.array([[5, 9, np.nan, np.inf]])), classes=4)
    assert labels.labels.tolist() == [[0, 1, 0, 0]]


def test_whole_numbers_of_a_wide_range_take_no_more_memory() -> None:
    values = np.random.default_rng(0).integers(-30_000, 30_000, (50, 50)).astype(np.int16)
    assert multi_otsu(Image(values)).count == 2

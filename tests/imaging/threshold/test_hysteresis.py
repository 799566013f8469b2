"""Objects that reach a high level, followed down to a low one."""

import numpy as np
import pytest
from skimage import data
from skimage.filters import apply_hysteresis_threshold
from skimage.measure import label

from coronal import BadParameter, Image
from coronal_imaging.threshold.hysteresis import hysteresis


def test_it_is_the_library_bit_for_bit() -> None:
    coins = data.coins()
    expected = label(apply_hysteresis_threshold(coins, 100, 180))
    np.testing.assert_array_equal(hysteresis(Image(coins), low=100.0, high=180.0).labels, expected)


@pytest.mark.parametrize("foreground", ["bright", "dark"])
def test_a_fading_vessel_is_followed_and_noise_is_not(foreground: str) -> None:
    pixels = np.zeros((20, 40))
    pixels[10, 3:37] = np.linspace(100, 50, 34)
    pixels[3, 5] = pixels[16, 30] = 60
    image = Image(pixels if foreground == "bright" else 100 - pixels)
    low, high = (40.0, 90.0) if foreground == "bright" else (10.0, 60.0)
    labels = hysteresis(image, low=low, high=high, foreground=foreground).labels
    expected = np.zeros((20, 40), int)
    expected[10, 3:37] = 1
    np.testing.assert_array_equal(labels, expected)


def test_levels_that_are_not_given_lie_around_otsus_threshold() -> None:
    pixels = np.array([[0, 0, 30, 60, 100, 100, 0, 50, 0]])
    # Otsu's threshold is 30, the means of its classes 6 and 77.5: the levels are 18 and 53.75.
    assert hysteresis(Image(pixels)).labels.tolist() == [[0, 0, 1, 1, 1, 1, 0, 0, 0]]


def test_one_level_that_is_given_holds() -> None:
    pixels = np.array([[0, 0, 40, 60, 100, 100, 0, 60, 0]])
    assert hysteresis(Image(pixels), high=10.0).labels.tolist() == [[0, 0, 1, 1, 1, 1, 0, 2, 0]]


def test_levels_that_cross_are_refused() -> None:
    with pytest.raises(BadParameter, match=r"high must be ≥ low \(2\), found 1"):
        hysteresis(Image(np.eye(3)), low=2.0, high=1.0)

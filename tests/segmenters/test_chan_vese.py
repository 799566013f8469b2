"""Objects that are even inside, by a contour without edges."""

import numpy as np
import pytest
from phantoms import ball
from skimage import data
from skimage.filters import threshold_otsu
from skimage.segmentation import morphological_chan_vese

from coronal import BadParameter, Geometry, Image, LabelMap
from coronal_segmenters.chan_vese import chan_vese


def test_it_is_the_library_bit_for_bit() -> None:
    coins = data.coins()
    unit = ((coins - float(coins.min())) / float(np.ptp(coins))).astype(np.float32)
    start = (coins > threshold_otsu(coins)).astype(np.int8)
    expected = morphological_chan_vese(unit, 10, start, smoothing=2)
    result = chan_vese(Image(coins), iterations=10, stiffness=2)
    np.testing.assert_array_equal(result.labels > 0, expected > 0)


@pytest.mark.parametrize("foreground", ["bright", "dark"])
def test_an_object_in_noise_is_one_object_of_its_known_area(foreground: str) -> None:
    inside = ball((60, 60), (30, 30), 15)
    noisy = inside * 100 + np.random.default_rng(0).normal(0, 40, inside.shape)
    image = Image(noisy if foreground == "bright" else -noisy, Geometry((0.5, 0.5)))
    labels = chan_vese(image, stiffness=3, smallest=20.0, foreground=foreground)
    assert labels.count == 1
    assert np.count_nonzero(labels.labels) == pytest.approx(np.pi * 15**2, rel=0.05)


def test_it_starts_from_the_labels_before_it() -> None:
    image = Image(data.coins()[:80, :120])
    nothing = LabelMap.of(image, np.zeros(image.shape, int))
    assert chan_vese(image, nothing, iterations=2).count == 0


def test_an_odd_number_of_iterations_counts_as_the_next_even_one() -> None:
    image = Image(data.coins()[:80, :120])
    three, four = (chan_vese(image, iterations=moves).labels for moves in (3, 4))
    np.testing.assert_array_equal(three, four)


def test_more_iterations_than_an_image_of_its_size_can_have_are_refused() -> None:
    with pytest.raises(BadParameter, match="iterations must be ≤ 238 in an image of 4194304 px, found 300"):
        chan_vese(Image(np.zeros((2048, 2048), np.uint8)), iterations=300)

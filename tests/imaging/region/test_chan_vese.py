"""Objects that are even inside, by a contour without edges."""

import numpy as np
import pytest
from phantoms import ball
from skimage import data
from skimage.filters import threshold_otsu
from skimage.segmentation import morphological_chan_vese

from coronal import BadParameter, Geometry, Image, LabelMap
from coronal_imaging.region.chan_vese import chan_vese


def test_it_is_the_library_bit_for_bit() -> None:
    # Within a margin: to the library nothing lies beyond the edge.
    coins = np.pad(data.coins(), 30)
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
    labels = chan_vese(image, stiffness=3, min_size=20.0, foreground=foreground)
    assert labels.count == 1
    assert np.count_nonzero(labels.labels) == pytest.approx(np.pi * 15**2, rel=0.05)


def test_it_starts_from_the_labels_before_it() -> None:
    image = Image(data.coins()[:80, :120])
    nothing = LabelMap.of(image, np.zeros(image.shape, int))
    assert chan_vese(image, nothing, iterations=2).count == 0


@pytest.mark.parametrize("stiffness", [1, 4])
def test_an_object_that_the_edge_cuts_does_not_shrink_from_it(stiffness: int) -> None:
    inside = ball((40, 60), (0, 30), 15)
    labels = chan_vese(Image(inside * 100.0), stiffness=stiffness, iterations=100)
    assert np.count_nonzero(labels.labels[0]) == np.count_nonzero(inside[0])
    assert np.count_nonzero(labels.labels) == pytest.approx(inside.sum(), rel=0.04)


@pytest.mark.parametrize("slices", [1, 2, 3])
def test_a_volume_of_a_few_equal_slices_is_the_plane(slices: int) -> None:
    noisy = ball((40, 60), (20, 30), 12) * 100 + np.random.default_rng(0).normal(0, 20, (40, 60))
    plane = chan_vese(Image(noisy), stiffness=4).labels
    assert plane.any()
    volume = chan_vese(Image(np.stack([noisy] * slices)), stiffness=4).labels
    np.testing.assert_array_equal(volume > 0, np.stack([plane > 0] * slices))


def test_more_iterations_than_an_image_of_its_size_can_have_are_refused() -> None:
    with pytest.raises(BadParameter, match="iterations must be ≤ 238 in an image of 4194304 px, found 300"):
        chan_vese(Image(np.zeros((2048, 2048), np.uint8)), iterations=300)

"""Superpixels."""

import numpy as np
from skimage import data, segmentation

from coronal import Geometry, Image, Meaning
from coronal_imaging.region.slic import slic


def test_it_is_the_library_bit_for_bit() -> None:
    ihc = data.immunohistochemistry()[:64, :64]
    expected = segmentation.slic(ihc, n_segments=50, compactness=10.0)
    result = slic(Image(ihc, has_channels=True, meaning=Meaning.COLOUR), count=50)
    assert np.mean(result.labels != expected) < 0.02
    coins = data.coins()
    grey = segmentation.slic(coins, n_segments=50, compactness=0.1, channel_axis=None)
    assert np.mean(slic(Image(coins), count=50).labels != grey) < 0.02


def test_superpixels_follow_the_edge_of_two_halves() -> None:
    pixels = np.zeros((60, 60))
    pixels[:, 33:] = 100
    labels = slic(Image(pixels), count=36).labels
    assert not set(np.unique(labels[:, :33])) & set(np.unique(labels[:, 33:]))


def test_supervoxels_are_as_large_in_mm_along_each_axis() -> None:
    noise = np.random.default_rng(0).normal(size=(16, 32, 32))
    labels = slic(Image(noise, Geometry((4.0, 1.0, 1.0))), count=64, compactness=100.0).labels
    sides = [np.ptp(np.nonzero(labels == number), axis=1) + 1 for number in range(1, labels.max() + 1)]
    thick, high, _ = np.median(sides, axis=0)
    assert thick * 4 < 2 * high
    assert high < 2 * thick * 4


def test_opacity_is_no_colour() -> None:
    rgb = data.immunohistochemistry()[:32, :32]
    rgba = np.dstack([rgb, np.random.default_rng(0).integers(0, 255, (32, 32)).astype(np.uint8)])
    three, four = (
        slic(Image(a, has_channels=True, meaning=Meaning.COLOUR), count=9).labels for a in (rgb, rgba)
    )
    np.testing.assert_array_equal(three, four)

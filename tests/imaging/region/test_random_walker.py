"""Regions that a random walker reaches first."""

import numpy as np
import pytest
from phantoms import ball
from scipy import ndimage
from skimage import data, segmentation

from coronal import BadImage, Geometry, Image, LabelMap
from coronal_imaging.region import random_walker as module
from coronal_imaging.region.random_walker import random_walker


def test_it_is_the_library_bit_for_bit() -> None:
    coins = data.coins()[:80, :120]
    unit = ((coins - float(coins.min())) / float(np.ptp(coins))).astype(np.float32)
    markers = np.where(coins > 150, 1, np.where(coins <= 90, 2, 0))
    expected = segmentation.random_walker(unit, markers, beta=90, tol=1e-5)
    result = random_walker(Image(coins), low=90.0, high=150.0, beta=90.0)
    np.testing.assert_array_equal(result.labels > 0, expected == 1)


@pytest.mark.parametrize("foreground", ["bright", "dark"])
def test_a_blurred_ball_has_its_known_volume(foreground: str) -> None:
    spacing = (2.0, 1.0, 1.0)
    inside = ball((14, 30, 30), (14, 15, 15), 9, spacing)
    blurred = ndimage.gaussian_filter(inside * 100.0, (0.75, 1.5, 1.5))
    noisy = blurred + np.random.default_rng(0).normal(0, 3, inside.shape)
    labels = random_walker(
        Image(noisy if foreground == "bright" else -noisy, Geometry(spacing)), foreground=foreground
    )
    assert labels.count == 1
    assert np.count_nonzero(labels.labels) == pytest.approx(np.count_nonzero(inside), rel=0.1)


def test_labels_before_it_are_the_markers_and_keep_their_numbers_and_names() -> None:
    discs = [ball((30, 60), (15, x), 10) for x in (15, 44)]
    image = Image(sum(discs) * 100.0 + np.random.default_rng(0).normal(0, 3, (30, 60)))
    seeds = ball((30, 60), (15, 15), 3) * 7 + ball((30, 60), (15, 44), 3) * 2
    result = random_walker(image, LabelMap.of(image, seeds, {7: "left", 2: "right"}))
    np.testing.assert_array_equal(result.labels, discs[0] * 7 + discs[1] * 2)
    assert result.names == {7: "left", 2: "right"}


def test_what_a_marker_cannot_reach_is_background() -> None:
    pixels = np.array([[0.0, 5.0, 9.0, np.nan, 5.0, np.nan]])
    labels = random_walker(Image(pixels), low=1.0, high=8.0).labels
    assert labels[0, 2] == 1
    assert not labels[0, [0, 3, 4, 5]].any()


def test_too_much_to_decide_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    image = Image(np.arange(100.0).reshape(10, 10))
    monkeypatch.setattr(module, "_MAX_UNDECIDED", 20)
    with pytest.raises(
        BadImage, match="at most 20 pixels may be undecided, found 50: put low and high nearer"
    ):
        random_walker(image, low=19.0, high=69.0)
    monkeypatch.setattr(module, "_MAX_PIXELS", 99)
    with pytest.raises(BadImage, match="works on at most 99 pixels, found 100: crop or resample"):
        random_walker(image)

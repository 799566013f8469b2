"""Averages of places that look alike."""

import numpy as np
import pytest
from skimage.restoration import denoise_nl_means

from coronal import BadParameter, Image
from coronal_imaging.denoise.non_local_means import non_local_means


def test_it_is_the_library_in_a_plane(plane: Image) -> None:
    expected = denoise_nl_means(
        plane.pixels.astype(np.float32), 5, 10, h=24.0, sigma=30.0, preserve_range=True
    )
    result = non_local_means(plane, noise=30.0)
    # The library's weights are float32, and those too small are left out.
    np.testing.assert_allclose(result.pixels, expected, atol=1.0)


def test_it_is_the_library_in_a_volume(ct: Image) -> None:
    values = ct.pixels.astype(np.float32)
    expected = denoise_nl_means(values, 3, 2, h=300.0, sigma=200.0, preserve_range=True)
    result = non_local_means(ct, strength=1.5, noise=200.0, patch=3, search=2)
    np.testing.assert_allclose(result.pixels, expected, atol=0.1)


def test_it_is_the_library_in_colour(retina: Image) -> None:
    values = retina.pixels.astype(np.float32)
    expected = denoise_nl_means(values, 5, 10, h=4.0, sigma=5.0, preserve_range=True, channel_axis=-1)
    result = non_local_means(retina, noise=5.0)
    np.testing.assert_allclose(result.pixels, expected, atol=0.02)


def test_what_repeats_is_averaged_over_its_repetitions() -> None:
    stripes = np.tile([0.0, 100.0], 20) * np.ones((40, 1))
    noisy = stripes + np.random.default_rng(0).normal(0, 5, stripes.shape)
    result = non_local_means(Image(noisy), noise=5.0).pixels
    assert np.abs(result - stripes)[10:-10, 10:-10].max() < 5
    assert np.std(result - stripes) < 0.3 * 5


def test_a_search_too_far_is_refused_and_reported_what_costs_less() -> None:
    volume = Image(np.broadcast_to(np.uint8(0), (256, 256, 256)))
    with pytest.raises(BadParameter, match=r"found 7, .* 5\.7e\+10"):
        non_local_means(volume, search=7)
    with pytest.raises(BadParameter, match="slices apart cost less"):
        non_local_means(Image(np.zeros((9, 9, 9))), search=11)
    with pytest.raises(BadParameter, match="search must be so small that 81 values"):
        non_local_means(Image(np.zeros((9, 9))), search=50)

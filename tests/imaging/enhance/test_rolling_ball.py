"""Objects, without the uneven ground that they stand on."""

import numpy as np
import pytest
from phantoms import ball
from skimage import data, restoration

from coronal import Geometry, Image, Meaning
from coronal_imaging.enhance.rolling_ball import rolling_ball


def test_it_is_the_library_in_a_plane(plane: Image) -> None:
    pixels = plane.pixels.astype(np.float32)
    kernel = restoration.ellipsoid_kernel((31, 31), 60)
    expected = pixels - restoration.rolling_ball(pixels, kernel=kernel)
    np.testing.assert_allclose(rolling_ball(plane, radius=15.0, height=60.0).pixels, expected, atol=1e-4)


def test_it_is_the_library_with_an_ellipsoid_in_a_volume_with_spacing(ct: Image) -> None:
    spaced = Image(ct.pixels, Geometry((4.0, 1.0, 2.0)), meaning=Meaning.HOUNSFIELD)
    kernel = restoration.ellipsoid_kernel((3, 9, 5), 900)
    pixels = ct.pixels.astype(np.float32)
    expected = pixels - restoration.rolling_ball(pixels, kernel=kernel)
    result = rolling_ball(spaced, radius=4.0, height=900.0)
    np.testing.assert_allclose(result.pixels, expected, atol=1e-3)
    assert (result.meaning, result.geometry) == (Meaning.INTENSITY, spaced.geometry)


def test_a_ball_larger_than_the_image_is_one_that_is_cut_to_it() -> None:
    pixels = np.random.default_rng(0).integers(0, 200, (6, 9)).astype(np.float32)
    expected = pixels - restoration.rolling_ball(pixels, kernel=restoration.ellipsoid_kernel((41, 41), 60))
    np.testing.assert_allclose(
        rolling_ball(Image(pixels), radius=20.0, height=60.0).pixels, expected, atol=1e-4
    )


@pytest.mark.parametrize(("foreground", "sign"), [("bright", 1), ("dark", -1)])
@pytest.mark.parametrize("radius", [18.0, 50.0])
def test_discs_stand_on_0_at_nearly_their_own_height(foreground: str, sign: int, radius: float) -> None:
    ground = 15 * np.sin(np.linspace(0, 3, 200))[:, np.newaxis] + np.linspace(0, 20, 160)
    discs = ball(ground.shape, (60, 40), 5) | ball(ground.shape, (130, 110), 5)
    image = Image((ground + sign * 100 * discs).astype(np.float32))
    result = rolling_ball(image, radius=radius, height=100.0, foreground=foreground).pixels
    assert result[discs].mean() == pytest.approx(100, abs=8)
    assert result[~discs].mean() == pytest.approx(0, abs=3)
    assert result.min() >= 0


def test_a_coarse_ground_is_near_the_exact_one() -> None:
    coins = data.coins()[:150, :200].astype(np.float32)
    exact = coins - restoration.rolling_ball(coins, kernel=restoration.ellipsoid_kernel((61, 61), 60))
    result = rolling_ball(Image(coins), radius=30.0, height=60.0).pixels
    assert np.abs(result - exact).mean() < 3
    # Never so that an object is lost: the coarse ground lies below, but for what is between its points.
    assert (exact - result).max() < 15


def test_the_ball_is_half_as_high_as_the_1st_percentile_is_below_the_99th() -> None:
    values = np.random.default_rng(0).permutation(10_001).reshape(73, 137)
    expected = rolling_ball(Image(values), radius=5.0, height=(9_900 - 100) / 2).pixels
    np.testing.assert_allclose(rolling_ball(Image(values), radius=5.0).pixels, expected, atol=0.01)


def test_a_spike_does_not_raise_the_ball() -> None:
    pixels = np.random.default_rng(0).integers(0, 50, (60, 60)).astype(np.uint16)
    spiked = pixels.copy()
    spiked[30, 30] = 60_000
    usual, others = rolling_ball(Image(pixels)).pixels, rolling_ball(Image(spiked)).pixels
    beside = pixels == spiked
    np.testing.assert_allclose(others[beside], usual[beside], atol=2)


def test_slices_further_apart_than_the_radius_do_not_touch() -> None:
    pixels = np.random.default_rng(0).integers(0, 200, (3, 20, 20)).astype(np.uint8)
    thick = Image(pixels, Geometry((10.0, 1.0, 1.0)))
    alone = rolling_ball(Image(pixels[1]), radius=5.0, height=50.0).pixels
    np.testing.assert_array_equal(rolling_ball(thick, radius=5.0, height=50.0).pixels[1], alone)


def test_a_ball_far_larger_than_the_image_takes_no_more_memory_than_the_image() -> None:
    micrometre = Image(np.arange(80.0).reshape(8, 10), Geometry((1e-6, 1e-3)))
    np.testing.assert_allclose(rolling_ball(micrometre, radius=1000.0).pixels, np.arange(80).reshape(8, 10))


def test_a_constant_is_all_ground() -> None:
    np.testing.assert_array_equal(rolling_ball(Image(np.full((9, 9), 7.1))).pixels, 0)

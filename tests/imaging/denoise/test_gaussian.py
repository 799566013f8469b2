"""Smoothing by a Gaussian."""

import numpy as np
import pytest
from skimage import filters

from coronal import BadParameter, Geometry, Image, Meaning
from coronal_imaging.denoise.gaussian import gaussian


def test_it_is_the_library_bit_for_bit_in_a_plane(plane: Image) -> None:
    expected = filters.gaussian(plane.pixels.astype(np.float32), 1.5, preserve_range=True)
    np.testing.assert_array_equal(gaussian(plane, sigma=1.5).pixels, expected)


def test_it_is_the_library_bit_for_bit_in_a_volume_with_spacing(ct: Image) -> None:
    expected = filters.gaussian(ct.pixels.astype(np.float32), (0.5, 4.0, 2.0), preserve_range=True)
    np.testing.assert_array_equal(gaussian(ct, sigma=2.0).pixels, expected)


def test_it_is_the_library_bit_for_bit_in_colour(retina: Image) -> None:
    expected = filters.gaussian(retina.pixels.astype(np.float32), 2, preserve_range=True, channel_axis=-1)
    np.testing.assert_array_equal(gaussian(retina, sigma=2.0).pixels, expected)


def test_an_impulse_becomes_a_gaussian_of_sum_1_and_of_the_wanted_spread_in_mm() -> None:
    impulse = np.zeros((41, 81), np.float32)
    impulse[20, 40] = 1
    response = gaussian(Image(impulse, Geometry((1.0, 0.5))), sigma=2.0).pixels
    assert response.sum() == pytest.approx(1, abs=1e-5)
    for axis, (middle, spacing) in enumerate(((20, 1.0), (40, 0.5))):
        offsets_mm = (np.arange(impulse.shape[axis]) - middle) * spacing
        profile = response.sum(axis=1 - axis)
        # Cut off at 4 σ, a Gaussian has lost 0.11 % of its variance.
        assert (profile * offsets_mm**2).sum() == pytest.approx(2.0**2, rel=2e-3)


@pytest.mark.parametrize("value", [0, 7, -1000, 3071])
def test_a_constant_stays_as_it_is(value: int) -> None:
    image = Image(np.full((9, 11, 13), value, np.int16))
    np.testing.assert_array_equal(gaussian(image, sigma=3.0).pixels, value)


def test_slices_far_apart_are_not_mixed() -> None:
    pixels = np.zeros((3, 9, 9), np.float32)
    pixels[1] = 1
    thick = Image(pixels, Geometry((10.0, 1.0, 1.0)))
    np.testing.assert_allclose(gaussian(thick, sigma=1.0).pixels, pixels, atol=1e-6)


def test_hounsfield_units_stay_hounsfield_units(ct: Image) -> None:
    smooth = gaussian(ct)
    assert (smooth.meaning, smooth.modality, smooth.geometry) == (Meaning.HOUNSFIELD, "CT", ct.geometry)
    assert smooth.pixels.dtype == np.float32


def test_a_sigma_of_too_many_pixels_is_refused() -> None:
    micrometre = Image(np.zeros((9, 9)), Geometry((0.001, 0.001)))
    with pytest.raises(BadParameter, match="sigma must be ≤ 500 px, found 1, which is 1000 px"):
        gaussian(micrometre, sigma=1.0)

"""Edges made steeper."""

import numpy as np
import pytest
from skimage.filters import unsharp_mask

from coronal import BadParameter, Geometry, Image, Meaning
from coronal_imaging.enhance.sharpen import sharpen


def test_it_is_the_library_bit_for_bit_in_a_volume_with_spacing(ct: Image) -> None:
    pixels = ct.pixels.astype(np.float32)
    expected = unsharp_mask(pixels, (0.5, 4.0, 2.0), 1.5, preserve_range=True)
    result = sharpen(ct, sigma=2.0, amount=1.5)
    np.testing.assert_array_equal(result.pixels, expected)
    assert (result.meaning, result.geometry) == (Meaning.HOUNSFIELD, ct.geometry)


def test_it_is_the_library_within_the_range_of_a_colour_image(retina: Image) -> None:
    pixels = retina.pixels.astype(np.float32)
    expected = unsharp_mask(pixels, 2.0, 3.0, preserve_range=True, channel_axis=2)
    assert expected.min() < pixels.min()
    result = sharpen(retina, sigma=2.0, amount=3.0).pixels
    np.testing.assert_array_equal(result, np.clip(expected, pixels.min(), pixels.max()))


def test_an_impulse_answers_as_the_formula_says() -> None:
    impulse = np.zeros((41, 41), np.float32)
    impulse[20, 20] = 1
    answer = sharpen(Image(impulse), sigma=3.0, amount=2.0).pixels
    # The middle of a Gaussian of 3 px, and a sum that the mask doesn't change.
    assert answer[20, 20] == pytest.approx(3 - 2 / (2 * np.pi * 9), rel=1e-3)
    assert answer.sum() == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("value", [0, 7, -1000])
def test_a_constant_stays_as_it_is(value: int) -> None:
    image = Image(np.full((9, 11, 13), value, np.int16))
    np.testing.assert_allclose(sharpen(image, amount=20.0).pixels, value, rtol=1e-5)


def test_an_amount_of_0_changes_nothing(ct: Image) -> None:
    np.testing.assert_array_equal(sharpen(ct, amount=0.0).pixels, ct.pixels)


def test_slices_far_apart_are_not_sharpened_against_each_other() -> None:
    pixels = np.zeros((3, 9, 9), np.float32)
    pixels[1] = 1
    np.testing.assert_allclose(sharpen(Image(pixels, Geometry((10.0, 1.0, 1.0)))).pixels, pixels, atol=1e-6)


def test_a_sigma_of_too_many_pixels_is_refused() -> None:
    micrometre = Image(np.zeros((9, 9)), Geometry((0.001, 0.001)))
    with pytest.raises(BadParameter, match="sigma must be ≤ 500 px, found 1, which is 1000 px"):
        sharpen(micrometre, sigma=1.0)

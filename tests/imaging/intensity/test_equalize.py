"""Contrast where most values are."""

import numpy as np
import pytest
from scipy import stats
from skimage import data
from skimage.exposure import equalize_hist

from coronal import Image, Meaning
from coronal_imaging.intensity.equalize import equalize


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16])
def test_it_is_the_library_stretched_to_0(plane: Image, dtype: type) -> None:
    pixels = plane.pixels.astype(dtype)
    ranks = equalize_hist(pixels)
    expected = (ranks - ranks.min()) / (1 - ranks.min())
    np.testing.assert_allclose(equalize(Image(pixels)).pixels, expected, atol=1e-6)


def test_known_values() -> None:
    image = Image(np.array([[0, 0, 0, 0, 10, 10, 1000, 1001]], np.int32))
    np.testing.assert_allclose(equalize(image).pixels, [[0, 0, 0, 0, 0.5, 0.5, 0.75, 1]])


def test_floats_are_ranked_too() -> None:
    skewed = np.random.default_rng(0).exponential(size=(60, 70))
    result = equalize(Image(skewed)).pixels
    ranks = stats.rankdata(skewed) / skewed.size
    np.testing.assert_allclose(result.ravel(), ranks, atol=0.01)


def test_numbers_of_a_wide_range_are_counted_in_steps() -> None:
    wide = Image(np.arange(900).reshape(30, 30) * 2**40)
    np.testing.assert_allclose(equalize(wide).pixels.ravel(), np.linspace(0, 1, 900), atol=2e-3)


def test_the_histogram_of_a_real_image_gets_flat() -> None:
    result = equalize(Image(data.retina()[300:900, 300:1000, 1])).pixels
    quarters = np.histogram(result, bins=4, range=(0, 1))[0] / result.size
    np.testing.assert_allclose(quarters, 0.25, atol=0.025)


def test_much_black_ground_stays_black() -> None:
    ground = np.zeros((20, 20), np.uint8)
    ground[5:9, 5:9] = np.arange(1, 17).reshape(4, 4)
    result = equalize(Image(ground)).pixels
    np.testing.assert_allclose(result[5:9, 5:9].ravel(), np.arange(1, 17) / 16, rtol=1e-6)
    assert result.sum() == pytest.approx(result[5:9, 5:9].sum())


def test_a_colour_keeps_its_hue_and_loses_its_opacity() -> None:
    ramp = np.linspace(0.2, 1, 256).reshape(16, 16, 1)
    orange = (ramp * [255, 128, 0]).astype(np.float32)
    opaque = np.concatenate([orange, np.full((16, 16, 1), 255, np.float32)], axis=-1)
    result = equalize(Image(opaque, has_channels=True, meaning=Meaning.COLOUR))
    assert result.pixels.shape == (16, 16, 3)
    np.testing.assert_allclose(result.pixels[..., 1], result.pixels[..., 0] * 128 / 255, atol=1e-5)
    assert result.meaning is Meaning.COLOUR


def test_a_volume_of_3_columns_is_no_colour_picture() -> None:
    volume = np.random.default_rng(0).integers(0, 4000, (5, 7, 3)).astype(np.int16)
    sideways = equalize(Image(np.moveaxis(volume, -1, 0))).pixels
    np.testing.assert_array_equal(equalize(Image(volume)).pixels, np.moveaxis(sideways, 0, -1))

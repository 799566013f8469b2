"""A known blur, taken back."""

import numpy as np
import pytest
from scipy import ndimage
from skimage import data, restoration

from coronal import BadParameter, Geometry, Image, Meaning
from coronal_imaging.denoise.gaussian import gaussian
from coronal_imaging.denoise.wiener import wiener


def test_it_is_the_library_where_the_edge_is_far() -> None:
    pixels = data.camera()[:128, :128].astype(np.float32)
    point = np.zeros((17, 17), np.float32)
    point[8, 8] = 1
    point = ndimage.gaussian_filter(point, 2.0, mode="constant")
    expected = restoration.wiener(np.pad(pixels, 40, "symmetric"), point, 0.05, clip=False)[40:-40, 40:-40]
    result = wiener(Image(pixels), sigma=2.0, balance=0.05).pixels
    np.testing.assert_allclose(result, expected, atol=1.0)
    np.testing.assert_allclose(result[40:-40, 40:-40], expected[40:-40, 40:-40], atol=0.05)


@pytest.mark.parametrize("spacing", [(1.0, 1.0), (0.5, 1.5)], ids=["even", "uneven"])
def test_it_takes_the_gaussian_back(spacing: tuple[float, float]) -> None:
    image = Image(data.cell()[100:300, 100:300], Geometry(spacing))
    blurred = gaussian(image, sigma=1.5)
    restored = wiener(blurred, sigma=1.5, balance=1e-4)

    def error(result: Image) -> float:
        return float(np.sqrt(np.mean((result.pixels - image.pixels.astype(float)) ** 2)))

    assert error(restored) < 0.75 * error(blurred)


def test_a_wave_is_amplified_as_wiener_says() -> None:
    size, period, sigma, balance = 240, 12, 1.5, 0.02
    frequency = 2 * np.pi / period
    # Whole and half periods, so that the mirror beyond the edge goes on with the same wave.
    wave = 100 + 10 * np.cos(frequency * (np.arange(size) + 0.5)) * np.ones((32, 1))
    blur, rough = np.exp(-0.5 * (frequency * sigma) ** 2), 2 - 2 * np.cos(frequency)
    gain = blur / (blur**2 + balance * rough**2)
    result = wiener(Image(wave), sigma=sigma, balance=balance).pixels
    np.testing.assert_allclose(result[:, 60:-60], (100 + gain * (wave - 100))[:, 60:-60], atol=0.05)


def test_thick_slices_are_not_sharpened_across(ct: Image) -> None:
    pixels = np.zeros((5, 15, 15), np.float32)
    pixels[2] = 100
    thick = Image(pixels, Geometry((10.0, 1.0, 1.0)))
    np.testing.assert_allclose(wiener(thick, balance=1e-6).pixels, pixels, atol=0.01)
    assert wiener(ct).meaning is Meaning.HOUNSFIELD


@pytest.mark.parametrize("value", [0, -1000, 3071])
def test_a_constant_stays_as_it_is(value: int) -> None:
    np.testing.assert_array_equal(wiener(Image(np.full((9, 11), value, np.int16))).pixels, value)


def test_a_blur_of_too_many_pixels_is_refused() -> None:
    with pytest.raises(BadParameter, match="sigma must be ≤ 10 px, found 3, which is 30 px"):
        wiener(Image(np.eye(9), Geometry((0.1, 0.1))), sigma=3.0)

"""Noise taken out of the wavelet coefficients of an image."""

import numpy as np
import pytest
import pywt
from skimage.restoration import denoise_wavelet

from coronal import Image
from coronal_imaging.denoise.wavelet import wavelet


@pytest.mark.parametrize(("method", "name"), [("bayes", "BayesShrink"), ("visu", "VisuShrink")])
def test_it_is_the_library_in_a_plane(plane: Image, method: str, name: str) -> None:
    values = plane.pixels.astype(np.float32) / 255
    expected = denoise_wavelet(values, sigma=20.0 / 255, wavelet="db2", method=name, wavelet_levels=3) * 255
    result = wavelet(plane, "db2", method, noise=20.0)  # type: ignore[arg-type]  # a method
    np.testing.assert_allclose(result.pixels, expected, atol=0.01)


def test_it_is_the_library_in_colour(retina: Image) -> None:
    low, high = int(retina.pixels.min()), int(retina.pixels.max())
    unit = (retina.pixels.astype(np.float32) - low) / (high - low)
    expected = denoise_wavelet(
        unit,
        sigma=5.0 / (high - low),
        wavelet="sym4",
        convert2ycbcr=True,
        channel_axis=-1,
        wavelet_levels=4,
        rescale_sigma=True,
    )
    result = wavelet(retina, noise=5.0).pixels
    np.testing.assert_allclose(result, expected * (high - low) + low, atol=0.02)


def test_a_coefficient_below_the_universal_threshold_falls_away() -> None:
    pixels = np.full((16, 16), 50.0)
    pixels[0, 0] = 100.0
    # A point's coefficients halve from scale to scale; √(2 ln 256) = 3.33 times the noise is taken off.
    noise = 5.0
    coefficient = 25.0 - noise * np.sqrt(2 * np.log(256))
    assert coefficient > 0 > 12.5 - noise * np.sqrt(2 * np.log(256))
    finest = np.zeros((8, 8))
    finest[0, 0] = coefficient
    mean = np.full((8, 8), 2 * pixels.mean())
    expected = pywt.idwt2((mean, (finest, finest, finest)), "haar")
    result = wavelet(Image(pixels), "haar", "visu", noise=noise).pixels
    np.testing.assert_allclose(result, expected, atol=1e-3)


@pytest.mark.parametrize("family", ["haar", "db2", "db4", "sym4", "sym8"])
@pytest.mark.parametrize("shape", [(3, 40), (2, 3, 50), (15, 1)])
def test_an_image_shorter_than_the_wavelet_is_taken_too(shape: tuple[int, ...], family: str) -> None:
    pixels = np.random.default_rng(0).normal(100, 10, shape)
    result = wavelet(Image(pixels), family, noise=10.0).pixels  # type: ignore[arg-type]  # a family
    assert result.shape == shape
    assert result.std() < 0.95 * pixels.std()

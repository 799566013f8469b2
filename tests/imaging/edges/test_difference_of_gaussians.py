"""Detail of one size."""

import numpy as np
import pytest
from skimage import filters

from coronal import BadParameter, Geometry, Image, Meaning
from coronal_imaging.denoise.gaussian import gaussian
from coronal_imaging.edges.difference_of_gaussians import difference_of_gaussians


def test_it_is_the_library_in_a_volume_with_spacing(ct: Image) -> None:
    values = ct.pixels.astype(np.float32)
    expected = filters.difference_of_gaussians(values, (0.5, 4.0, 2.0), (0.75, 6.0, 3.0))
    result = difference_of_gaussians(ct, low=2.0, high=3.0)
    np.testing.assert_allclose(result.pixels, expected, atol=0.01)
    assert result.meaning is Meaning.INTENSITY


def test_it_is_one_gaussian_less_another(plane: Image) -> None:
    expected = gaussian(plane, sigma=2.0).pixels - gaussian(plane, sigma=3.2).pixels
    np.testing.assert_allclose(difference_of_gaussians(plane, low=2.0).pixels, expected, atol=1e-3)


def test_a_wave_passes_as_its_length_says() -> None:
    frequency = 2 * np.pi / 20
    wave = 300 + 100 * np.cos(frequency * np.arange(400)) * np.ones((40, 1))
    result = difference_of_gaussians(Image(wave), low=2.0, high=5.0).pixels
    low, high = (np.exp(-0.5 * (frequency * sigma) ** 2) for sigma in (2, 5))
    np.testing.assert_allclose(result[:, 100:-100], ((low - high) * (wave - 300))[:, 100:-100], atol=0.05)


def test_the_wider_one_must_be_wider(plane: Image) -> None:
    with pytest.raises(BadParameter, match=r"high must be > low \(2\), found 2"):
        difference_of_gaussians(plane, low=2.0, high=2.0)


def test_a_sigma_of_too_many_pixels_is_refused() -> None:
    with pytest.raises(BadParameter, match=r"high must be ≤ 500 px, found 1\.6, which is 1600 px"):
        difference_of_gaussians(Image(np.eye(9), Geometry((0.001, 0.001))))

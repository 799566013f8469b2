"""Vessels, by Sato's measure."""

import numpy as np
import pytest
from skimage import data, filters

from coronal import Image
from coronal_imaging.vessels.sato import sato


@pytest.mark.parametrize(("vessels", "is_dark"), [("bright", False), ("dark", True)])
def test_it_is_the_library_in_a_plane(vessels: str, is_dark: bool) -> None:
    retina = data.retina()[300:500, 700:900, 1]
    expected = filters.sato(retina.astype(float), [1.0, 2.0, 4.0], black_ridges=is_dark)
    result = sato(Image(retina), vessels, min_sigma=1.0, max_sigma=4.0)  # type: ignore[arg-type]  # a brightness
    np.testing.assert_allclose(result.pixels, expected, atol=1e-3)


def test_it_is_the_library_in_a_volume() -> None:
    pixels = np.random.default_rng(0).normal(size=(16, 20, 24))
    expected = filters.sato(pixels, [1.5], black_ridges=False)
    result = sato(Image(pixels), min_sigma=1.5, max_sigma=1.5, scales=1).pixels
    np.testing.assert_allclose(result, expected, atol=1e-4)


@pytest.mark.parametrize("width", [2.0, 4.0])
def test_a_line_with_a_gaussian_profile_answers_as_the_formula_says(width: float) -> None:
    profile = 80 * np.exp(-0.5 * ((np.arange(81) - 40) / width) ** 2)
    sigma = 3.0
    result = sato(Image(profile * np.ones((60, 1))), min_sigma=sigma, max_sigma=sigma, scales=1).pixels
    # σ² of the second derivative of a Gaussian profile, widened by another.
    wide = width**2 + sigma**2
    assert result[30, 40] == pytest.approx(80 * width * sigma**2 / wide**1.5, rel=0.02)

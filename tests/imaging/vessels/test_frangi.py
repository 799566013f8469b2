"""Vessels, by Frangi's measure."""

import numpy as np
import pytest
from skimage import data, filters

from coronal import Image
from coronal_imaging.vessels.frangi import frangi

RETINA = data.retina()[300:500, 700:900, 1]


@pytest.mark.parametrize(("vessels", "is_dark"), [("bright", False), ("dark", True)])
def test_it_is_the_library_at_one_scale(vessels: str, is_dark: bool) -> None:
    expected = filters.frangi(RETINA.astype(float), [2.0], black_ridges=is_dark)
    result = frangi(Image(RETINA), vessels, min_sigma=2.0, max_sigma=2.0, scales=1)  # type: ignore[arg-type]  # a brightness
    np.testing.assert_allclose(result.pixels, expected, atol=2e-3)


def test_it_is_the_library_in_a_volume() -> None:
    pixels = np.random.default_rng(0).normal(size=(16, 20, 24))
    expected = filters.frangi(pixels, [1.5], black_ridges=False)
    result = frangi(Image(pixels), min_sigma=1.5, max_sigma=1.5, scales=1).pixels
    np.testing.assert_allclose(result, expected, atol=2e-3)


def test_each_scale_counts_alike() -> None:
    each = [frangi(Image(RETINA), "dark", min_sigma=s, max_sigma=s, scales=1).pixels for s in (1.0, 2.0, 4.0)]
    together = frangi(Image(RETINA), "dark", min_sigma=1.0, max_sigma=4.0, scales=3).pixels
    np.testing.assert_allclose(together, np.max(each, axis=0), atol=1e-5)


def test_a_wide_vessel_beside_a_thin_one_answers_at_its_own_scale() -> None:
    columns = np.arange(120)
    profile = np.exp(-0.5 * (columns - 30) ** 2) + np.exp(-0.5 * ((columns - 80) / 5) ** 2)
    result = frangi(Image(profile * np.ones((40, 1))), min_sigma=1.0, max_sigma=5.0, scales=3).pixels
    assert result[20, 80] > 0.7 * result[20, 30] > 0.3

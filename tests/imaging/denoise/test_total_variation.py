"""Flat regions with sharp edges."""

import numpy as np
import pytest
from skimage.restoration import denoise_tv_chambolle

from coronal import Image
from coronal_imaging.denoise.total_variation import total_variation


@pytest.mark.parametrize("strength", [0.5, 2.0])
def test_it_is_the_library_in_a_plane(plane: Image, strength: float) -> None:
    values = plane.pixels.astype(np.float32)
    expected = denoise_tv_chambolle(values, weight=strength * 20.0)
    result = total_variation(plane, strength=strength, noise=20.0)
    # The library's first cost, by which it stops, has no offset here and one there.
    np.testing.assert_allclose(result.pixels, expected, atol=1.0)


def test_a_step_loses_as_much_height_on_each_side_as_it_can_gain_in_variation() -> None:
    height, width, weight = 100.0, 20, 40.0
    step = np.where(np.arange(2 * width) < width, 0.0, height) * np.ones((8, 1))
    result = total_variation(Image(step), noise=weight).pixels
    # min |b - a| + (width a² + width (height - b)²) / 2 weight: each side moves by weight / width.
    assert result[:, :width].mean() == pytest.approx(weight / width, abs=0.05)
    assert result[:, width:].mean() == pytest.approx(height - weight / width, abs=0.05)


def test_the_mean_stays(ct: Image) -> None:
    result = total_variation(ct, strength=3.0, noise=200.0).pixels
    assert result.mean(dtype=np.float64) == pytest.approx(ct.pixels.mean(), abs=0.1)
    assert np.abs(np.diff(result)).sum() < np.abs(np.diff(ct.pixels.astype(float))).sum()

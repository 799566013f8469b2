"""Smoothing that stops at edges."""

import numpy as np
import pytest
import SimpleITK

from coronal import BadParameter, Geometry, Image
from coronal_imaging.denoise.bilateral import bilateral


def test_it_is_the_library_in_a_volume_with_spacing(ct: Image) -> None:
    source = SimpleITK.GetImageFromArray(ct.pixels.astype(np.float32))
    source.SetSpacing((1.0, 0.5, 4.0))
    expected = SimpleITK.GetArrayFromImage(SimpleITK.Bilateral(source, 0.8, 500.0, 1000))
    result = bilateral(ct, sigma=0.8, strength=2.5, noise=200.0).pixels
    np.testing.assert_allclose(result, expected, atol=2.0)


def test_a_value_is_the_weighted_mean_of_its_neighbours() -> None:
    spacing = (1.0, 0.5)
    pixels = np.random.default_rng(0).normal(100, 20, (21, 31)).astype(np.float32)
    result = bilateral(Image(pixels, Geometry(spacing)), sigma=1.0, strength=2.0, noise=15.0).pixels
    rows, columns = np.ogrid[-3:4, -5:6]
    near = np.exp(-0.5 * ((rows * spacing[0]) ** 2 + (columns * spacing[1]) ** 2))
    around = pixels[10 - 3 : 10 + 4, 15 - 5 : 15 + 6]
    weights = near * np.exp(-0.5 * ((around - pixels[10, 15]) / 30) ** 2)
    # The library looks weights of values up in a table of 100.
    assert result[10, 15] == pytest.approx((weights * around).sum() / weights.sum(), abs=0.2)


def test_what_is_further_apart_than_the_noise_is_not_mixed() -> None:
    step = np.where(np.arange(30) < 15, 0.0, 1000.0) * np.ones((20, 1))
    np.testing.assert_allclose(bilateral(Image(step), sigma=3.0, noise=10.0).pixels, step, atol=0.01)


@pytest.mark.parametrize(
    ("shape", "sigma"), [((512, 512), 60.0), ((512, 512, 512), 2.0), ((9, 9), 80.0), ((9, 9, 9), 20.0)]
)
def test_too_many_neighbours_are_refused(shape: tuple[int, ...], sigma: float) -> None:
    image = Image(np.broadcast_to(np.uint8(0), shape))
    with pytest.raises(BadParameter, match=r"sigma must be so small that \d+ values have ≤ .* neighbours"):
        bilateral(image, sigma=sigma)

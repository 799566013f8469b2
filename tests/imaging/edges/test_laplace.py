"""Where an image curves."""

import numpy as np
import pytest
from scipy import ndimage
from skimage import filters

from coronal import BadParameter, Geometry, Image, Meaning
from coronal_imaging.edges.laplace import laplace


def test_without_smoothing_it_is_the_library_with_the_sign_of_mathematics(plane: Image) -> None:
    expected = -filters.laplace(plane.pixels.astype(np.float32))
    np.testing.assert_allclose(laplace(plane, sigma=0.0).pixels, expected, atol=1e-2)


def test_of_large_scales_it_is_the_laplacian_of_a_gaussian(plane: Image) -> None:
    expected = ndimage.gaussian_laplace(plane.pixels.astype(float), 6.0, mode="nearest")
    result = laplace(plane, sigma=6.0).pixels
    inner = (slice(2, -2), slice(2, -2))
    np.testing.assert_allclose(result[inner], expected[inner], atol=0.05 * np.abs(expected).max())


@pytest.mark.parametrize("sigma", [0.0, 1.0])
@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (4.0, 0.5, 0.7)])
def test_a_parabola_curves_as_it_was_made(sigma: float, spacing: tuple[float, ...]) -> None:
    places = (np.indices((15, 41, 31)) - 10) * np.reshape(spacing, (3, 1, 1, 1))
    bowl = np.einsum("i,izyx->zyx", (1.0, 3.0, -2.0), places**2)
    result = laplace(Image(bowl, Geometry(spacing), meaning=Meaning.HOUNSFIELD), sigma=sigma)
    inner = result.pixels[5:-5, 10:-10, 10:-10]
    np.testing.assert_allclose(inner, 2 * (1 + 3 - 2), rtol=0.02)
    assert result.meaning is Meaning.INTENSITY


def test_a_bright_spot_is_below_0_and_a_dark_one_above() -> None:
    spots = np.zeros((20, 40))
    spots[10, 10], spots[10, 30] = 1, -1
    result = laplace(Image(spots), sigma=2.0).pixels
    assert result[10, 10] == result.min() == pytest.approx(-result[10, 30])


def test_a_sigma_of_too_many_pixels_is_refused() -> None:
    with pytest.raises(BadParameter, match="sigma must be ≤ 500 px, found 1, which is 1000 px"):
        laplace(Image(np.eye(9), Geometry((0.001, 0.001))))

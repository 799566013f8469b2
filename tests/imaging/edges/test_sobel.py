"""How steep an image is."""

import numpy as np
import pytest
from skimage import filters

from coronal import Geometry, Image, Meaning
from coronal_imaging.edges.sobel import sobel


def test_it_is_the_library_but_for_its_factor(plane: Image) -> None:
    expected = filters.sobel(plane.pixels.astype(np.float32)) * np.sqrt(2) / 2
    np.testing.assert_allclose(sobel(plane).pixels, expected, atol=1e-3)


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (4.0, 0.5, 0.7)])
def test_a_ramp_is_as_steep_as_it_was_made(spacing: tuple[float, ...]) -> None:
    slopes = (3.0, -2.0, 6.0)
    places = np.indices((7, 9, 11)) * np.reshape(spacing, (3, 1, 1, 1))
    ramp = np.einsum("i,izyx->zyx", slopes, places) - 1000
    result = sobel(Image(ramp, Geometry(spacing), meaning=Meaning.HOUNSFIELD))
    np.testing.assert_allclose(result.pixels[1:-1, 1:-1, 1:-1], 7.0, rtol=1e-4)
    assert result.meaning is Meaning.INTENSITY


def test_a_colour_edge_is_that_of_its_luminance(retina: Image) -> None:
    result = sobel(retina)
    np.testing.assert_allclose(result.pixels, sobel(Image(retina.grey())).pixels, atol=1e-4)
    assert (result.axes, result.meaning) == ("yx", Meaning.INTENSITY)


def test_a_constant_has_no_edge() -> None:
    assert not sobel(Image(np.full((5, 6, 7), -1000, np.int16))).pixels.any()


def test_a_step_beyond_what_float32_holds_is_the_most_that_it_holds() -> None:
    step = np.where(np.arange(8) < 4, -1e38, 1e38) * np.ones((8, 1))
    result = sobel(Image(step, Geometry((1e-3, 1e-3)))).pixels
    assert result.max() == np.finfo(np.float32).max

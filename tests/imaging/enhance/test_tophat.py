"""Small structures, without their ground."""

import numpy as np
import pytest
from phantoms import ball
from skimage.morphology import ball as library_ball
from skimage.morphology import black_tophat, disk, white_tophat

from coronal import Geometry, Image, Meaning
from coronal_imaging.enhance.tophat import tophat


def test_white_is_the_library_bit_for_bit_in_a_volume(ct: Image) -> None:
    cubes = Image(ct.pixels, Geometry((2.0, 2.0, 2.0)), meaning=Meaning.HOUNSFIELD)
    expected = white_tophat(ct.pixels.astype(np.float32), library_ball(2), mode="ignore")
    result = tophat(cubes, radius=4.0)
    np.testing.assert_array_equal(result.pixels, expected)
    assert (result.meaning, result.pixels.dtype) == (Meaning.INTENSITY, np.float32)


def test_black_is_the_library_bit_for_bit_in_a_plane(plane: Image) -> None:
    expected = black_tophat(plane.pixels.astype(np.float32), disk(3), mode="ignore")
    np.testing.assert_array_equal(tophat(plane, "black", radius=3.0).pixels, expected)


@pytest.mark.parametrize(("kind", "sign"), [("white", 1), ("black", -1)])
def test_a_spot_is_found_at_its_own_height_on_an_uneven_ground(kind: str, sign: int) -> None:
    ground = 20.0 * np.hypot(*np.indices((60, 60))).astype(np.float32)
    spot = ball(ground.shape, (30, 30), 2)
    result = tophat(Image(ground + sign * 900 * spot), kind, radius=8.0).pixels
    # The ground rises by 20 a pixel, and what the disc leaves of it is some pixels of that.
    assert result[spot].min() > 500
    assert result[~ball(ground.shape, (30, 30), 12)].max() < 250


def test_what_is_larger_than_the_disc_goes() -> None:
    large = ball((40, 40), (20, 20), 10).astype(np.uint8)
    assert tophat(Image(large), radius=4.0).pixels.max() == 0
    np.testing.assert_array_equal(tophat(Image(large), radius=12.0).pixels, large)


def test_differences_that_are_no_int16_are_right() -> None:
    pixels = np.full((9, 9), -30_000, np.int16)
    pixels[4, 4] = 30_000
    assert tophat(Image(pixels)).pixels.max() == 60_000


def test_opacity_is_left_out(retina: Image) -> None:
    opaque = np.dstack([retina.pixels, np.full(retina.shape, 255, np.uint8)])
    result = tophat(Image(opaque, has_channels=True, meaning=Meaning.COLOUR), radius=2.0)
    np.testing.assert_array_equal(result.pixels, tophat(retina, radius=2.0).pixels)

"""The negative of an image."""

import numpy as np
import pytest
from skimage import util

from coronal import Image, Meaning
from coronal_imaging.intensity.invert import invert


@pytest.mark.parametrize("dtype", [np.uint8, np.bool_])
def test_it_is_the_library_bit_for_bit(plane: Image, dtype: type) -> None:
    pixels = (plane.pixels > 99) if dtype is np.bool_ else plane.pixels
    np.testing.assert_array_equal(invert(Image(pixels)).pixels, util.invert(pixels))


def test_known_values() -> None:
    image = Image(np.array([[-1000, 0, 3000]], np.int16), meaning=Meaning.HOUNSFIELD)
    result = invert(image)
    assert result.pixels.tolist() == [[3000, 2000, -1000]]
    assert result.meaning is Meaning.INTENSITY


@pytest.mark.parametrize(
    "dtype", [np.bool_, np.int8, np.uint8, np.int16, np.uint16, np.int64, np.uint64, np.float16]
)
def test_twice_is_the_image_again_up_to_the_ends_of_its_type(dtype: type) -> None:
    limits = np.iinfo(dtype) if np.issubdtype(dtype, np.integer) else None
    ends = [limits.min, limits.max] if limits else [0, 1]
    image = Image(np.array([[*ends, 1, 0, 1]], dtype))
    once = invert(image)
    assert once.pixels[0, :2].tolist() == ends[::-1]
    assert once.pixels.dtype == dtype
    np.testing.assert_array_equal(invert(once).pixels, image.pixels)


def test_floats_come_back_but_for_rounding() -> None:
    pixels = np.random.default_rng(0).normal(3, 7, (20, 20))
    np.testing.assert_allclose(invert(invert(Image(pixels))).pixels, pixels, atol=1e-12)


def test_colour_becomes_its_complement_without_opacity() -> None:
    pixels = np.array([[[255, 0, 10, 255]]], np.uint8)
    result = invert(Image(pixels, has_channels=True, meaning=Meaning.COLOUR))
    assert result.pixels.tolist() == [[[0, 255, 245]]]
    assert result.meaning is Meaning.COLOUR

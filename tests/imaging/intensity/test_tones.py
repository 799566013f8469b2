"""Tones: the values of an image from black to white."""

import numpy as np
import pytest

from coronal import Image, Meaning
from coronal_imaging.intensity.tones import black_and_white, toned


@pytest.mark.parametrize(
    ("dtype", "ends"),
    [(np.bool_, (0, 1)), (np.uint8, (0, 255)), (np.uint16, (0, 4)), (np.int16, (0, 4)), (np.float32, (0, 4))],
)
def test_8_bits_and_masks_have_an_own_white_and_all_others_their_largest_value(
    dtype: type, ends: tuple[int, int]
) -> None:
    image = Image(np.array([[0, 1, 4]]).astype(dtype))
    assert black_and_white(image, image.pixels) == ends


def test_a_picture_without_black_is_not_stretched_to_it() -> None:
    pixels = np.array([[[0.5, 0.6, 0.8], [0.5, 0.5, 0.7]]])
    assert black_and_white(Image(pixels, has_channels=True, meaning=Meaning.COLOUR), pixels) == (0, 0.8)
    assert black_and_white(Image(pixels, has_channels=True), pixels) == (0.5, 0.8)


def test_colour_has_one_black_and_white_and_loses_its_opacity(retina: Image) -> None:
    opaque = np.dstack([retina.pixels, np.full(retina.shape, 255, np.uint8)])
    result = toned(Image(opaque, has_channels=True, meaning=Meaning.COLOUR), lambda tones: tones)
    np.testing.assert_allclose(result.pixels, retina.pixels / 255, rtol=1e-6)
    assert result.meaning is Meaning.COLOUR


def test_other_channels_have_each_their_own_black_and_white() -> None:
    stains = np.array([[[0, 100], [10, 300]]], np.uint16)
    result = toned(Image(stains, has_channels=True), lambda tones: tones)
    np.testing.assert_array_equal(result.pixels, [[[0, 0], [1, 1]]])


def test_hounsfield_units_end(ct: Image) -> None:
    result = toned(ct, lambda tones: tones)
    assert (result.meaning, result.pixels.dtype, result.geometry) == (
        Meaning.INTENSITY,
        np.float32,
        ct.geometry,
    )

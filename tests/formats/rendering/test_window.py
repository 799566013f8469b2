import numpy as np
import pytest

from coronal import Image, Meaning
from coronal_formats.rendering.window import window_of


def test_hounsfield_units_are_seen_in_the_window_of_soft_tissue() -> None:
    image = Image(np.array([[-1000, -160, 40, 240, 2000]], np.int16), meaning=Meaning.HOUNSFIELD)
    window = window_of(image)
    assert window.apply(image.pixels)[0, :, 0].tolist() == [0, 0, 128, 255, 255]
    assert window.description == "window 400 HU at 40 HU"


def test_an_outlier_takes_no_contrast_away() -> None:
    pixels = np.tile(np.linspace(0.0, 1.0, 100), (100, 1))
    pixels[0, 0] = 1e6
    window = window_of(Image(pixels))
    assert window.high == pytest.approx(1.0, abs=0.01)


def test_colours_of_8_bits_stay_as_they_are() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (5, 6, 3), np.uint8)
    image = Image(pixels, has_channels=True, meaning=Meaning.COLOUR)
    np.testing.assert_array_equal(window_of(image).apply(image.pixels), pixels)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_disturbs_nothing_else(value: float) -> None:
    pixels = np.linspace(0.0, 1.0, 400).reshape(20, 20)
    pixels[3, 3] = value
    shown = window_of(Image(pixels)).apply(pixels)
    assert shown[0, 0, 0] == 0
    assert shown[-1, -1, 0] == 255


def test_a_constant_image_and_one_of_no_numbers_give_a_picture() -> None:
    for value in (7.0, np.nan):
        pixels = np.full((4, 4), value)
        assert window_of(Image(pixels)).apply(pixels).shape == (4, 4, 3)

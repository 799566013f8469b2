"""One channel of several."""

import numpy as np
import pytest
from skimage import data
from skimage.color import hed2rgb, rgb2gray, rgb2hed

from coronal import BadImage, BadParameter, Case, Image, Meaning
from coronal_imaging.intensity.grey import grey


@pytest.fixture(scope="module")
def slide() -> Image:
    return Image(data.immunohistochemistry()[:64, :80], has_channels=True, meaning=Meaning.COLOUR)


def test_luminance_is_that_of_the_library_in_the_range_of_the_input(retina: Image) -> None:
    result = grey(retina)
    np.testing.assert_allclose(result.pixels, 255 * rgb2gray(retina.pixels), atol=1e-3)
    assert (result.meaning, result.has_channels) == (Meaning.INTENSITY, False)


@pytest.mark.parametrize(("colour", "number"), [("red", 0), ("green", 1), ("blue", 2)])
def test_a_colour_is_its_channel_in_its_own_type(retina: Image, colour: str, number: int) -> None:
    for channel in (colour, number):
        result = grey(retina, channel)  # type: ignore[arg-type]  # a choice
        np.testing.assert_array_equal(result.pixels, retina.pixels[..., number])
        assert (result.pixels.dtype, result.meaning) == (np.uint8, Meaning.INTENSITY)


@pytest.mark.parametrize(("stain", "number"), [("haematoxylin", 0), ("eosin", 1), ("dab", 2)])
@pytest.mark.parametrize("scale", [np.uint8, np.float32])
def test_a_stain_is_that_of_the_library(slide: Image, stain: str, number: int, scale: type) -> None:
    pixels = slide.pixels if scale is np.uint8 else (slide.pixels / 255).astype(np.float32)
    result = grey(Image(pixels, has_channels=True, meaning=Meaning.COLOUR), stain)  # type: ignore[arg-type]  # a choice
    np.testing.assert_allclose(result.pixels, rgb2hed(pixels)[..., number], atol=1e-6)


def test_a_stain_that_was_painted_is_found_again_and_no_other() -> None:
    amounts = np.zeros((4, 5, 3))
    amounts[..., 0] = np.linspace(0, 0.5, 20).reshape(4, 5)
    painted = Image(hed2rgb(amounts), has_channels=True, meaning=Meaning.COLOUR)
    np.testing.assert_allclose(grey(painted, "haematoxylin").pixels, amounts[..., 0], atol=1e-6)
    np.testing.assert_allclose(grey(painted, "dab").pixels, 0, atol=1e-6)


def test_a_volume_in_colour_is_taken_like_its_planes(slide: Image) -> None:
    volume = Image(np.stack([slide.pixels] * 2), has_channels=True, meaning=Meaning.COLOUR)
    np.testing.assert_array_equal(grey(volume, "dab").pixels[1], grey(slide, "dab").pixels)


def test_opacity_is_left_out(retina: Image) -> None:
    opaque = np.dstack([retina.pixels, np.full(retina.shape, 9, np.uint8)])
    image = Image(opaque, has_channels=True, meaning=Meaning.COLOUR)
    np.testing.assert_array_equal(grey(image).pixels, grey(retina).pixels)
    np.testing.assert_array_equal(grey(image, "eosin").pixels, grey(retina, "eosin").pixels)


def test_one_channel_stays_as_it_is(ct: Image) -> None:
    for channel in ("luminance", 0):
        result = grey(ct, channel)  # type: ignore[arg-type]  # a choice
        np.testing.assert_array_equal(result.pixels, ct.pixels)
        assert (result.pixels.dtype, result.meaning) == (np.int16, Meaning.HOUNSFIELD)


def test_channels_that_are_no_colour_have_a_mean_and_numbers() -> None:
    stains = np.random.default_rng(0).integers(0, 99, (6, 7, 5)).astype(np.uint16)
    image = Image(stains, has_channels=True)
    np.testing.assert_allclose(grey(image).pixels, stains.mean(axis=-1), rtol=1e-6)
    np.testing.assert_array_equal(grey(image, 4).pixels, stains[..., 4])
    with pytest.raises(BadParameter, match="channel must be < 5, the image's channels, found 5"):
        grey(image, 5)
    with pytest.raises(BadImage, match=r"green is of colour images \(RGB\), found 5 channels that are none"):
        grey(image, "green")


def test_one_channel_has_no_stain(ct: Image) -> None:
    with pytest.raises(BadImage, match=r"dab is of colour images \(RGB\), found one channel"):
        grey(ct, "dab")


def test_a_stain_needs_to_know_what_white_is(slide: Image) -> None:
    smoothed = slide.with_pixels(slide.pixels.astype(np.float32))
    with pytest.raises(
        BadImage, match=r"the values must be whole numbers, or from 0 to 1, found \d+ to 2\d\d"
    ):
        grey(smoothed, "dab")


def test_a_nan_is_kept_but_not_unmixed() -> None:
    rgb = np.full((3, 3, 3), 0.5)
    rgb[1, 1, 0] = np.nan
    image = Image(rgb, has_channels=True, meaning=Meaning.COLOUR)
    assert np.isnan(grey(image).pixels).sum() == 1
    assert np.isnan(grey(image, "red").pixels).sum() == 1
    with pytest.raises(BadImage, match="found 1 of 27"):
        grey(image, "dab")


def test_a_pipeline_may_give_a_number_or_a_name(retina: Image) -> None:
    assert grey.run(Case.start(retina), {"channel": 1}).pixels.dtype == np.uint8
    with pytest.raises(BadParameter, match="'luminance' or 'red'"):
        grey.run(Case.start(retina), {"channel": "purple"})

"""Values brought to a common scale."""

import numpy as np
import pytest
from scipy import stats
from skimage.exposure import rescale_intensity
from skimage.util import img_as_float32

from coronal import BadImage, BadParameter, Image, Meaning
from coronal_imaging.intensity.normalize import normalize


def test_min_max_is_the_library_bit_for_bit(ct: Image) -> None:
    expected = rescale_intensity(ct.pixels.astype(np.float32), out_range=(0.0, 1.0))
    result = normalize(ct)
    np.testing.assert_array_equal(result.pixels, expected)
    assert (result.pixels.min(), result.pixels.max(), result.pixels.dtype) == (0, 1, np.float32)


def test_percentiles_are_the_library_bit_for_bit(ct: Image) -> None:
    low, high = np.percentile(ct.pixels, [5, 90])
    expected = rescale_intensity(ct.pixels.astype(np.float32), (low, high), (0.0, 1.0))
    np.testing.assert_array_equal(normalize(ct, "percentile", lower=5.0, upper=90.0).pixels, expected)


def test_z_scores_are_those_of_scipy_to_float32(ct: Image) -> None:
    result = normalize(ct, "z-score").pixels
    np.testing.assert_allclose(result, stats.zscore(ct.pixels, axis=None), rtol=1e-6, atol=1e-7)
    assert result.mean(dtype=np.float64) == pytest.approx(0, abs=1e-6)
    assert result.std(dtype=np.float64) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, bool])
def test_by_the_range_of_its_type_it_is_the_library(ct: Image, dtype: type) -> None:
    pixels = ct.pixels.astype(dtype)
    result = normalize(Image(pixels), "type-range")
    np.testing.assert_array_equal(result.pixels, img_as_float32(pixels))
    assert result.pixels.dtype == np.float32


def test_8_bits_are_divided_by_255_whatever_the_image_shows(retina: Image) -> None:
    result = normalize(retina, "type-range")
    np.testing.assert_allclose(result.pixels, retina.pixels / 255, atol=1e-7)
    assert result.meaning is Meaning.COLOUR
    dull = Image(np.array([[0, 51, 102]], np.uint8))
    np.testing.assert_allclose(normalize(dull, "type-range").pixels, [[0, 0.2, 0.4]], rtol=1e-6)


def test_a_float_has_no_range_of_its_type() -> None:
    with pytest.raises(BadImage, match="type-range is of whole numbers, found float32: take min-max"):
        normalize(Image(np.zeros((2, 2), np.float32)), "type-range")


def test_known_values() -> None:
    image = Image(np.array([[-1000, 0, 1000, 3000]], np.int16))
    np.testing.assert_array_equal(normalize(image).pixels, [[0, 0.25, 0.5, 1]])
    np.testing.assert_array_equal(normalize(Image(np.array([[1.0, 3.0]])), "z-score").pixels, [[-1, 1]])


@pytest.mark.parametrize("method", ["min-max", "z-score", "percentile"])
def test_a_small_spread_on_a_large_offset_is_not_lost(method: str) -> None:
    ramp = np.linspace(0, 1, 100).reshape(10, 10)
    result = normalize(Image(ramp + 1e9), method)  # type: ignore[arg-type]  # a method
    np.testing.assert_allclose(result.pixels, normalize(Image(ramp), method).pixels, atol=1e-5)  # type: ignore[arg-type]  # a method


@pytest.mark.parametrize("method", ["min-max", "z-score", "percentile"])
def test_a_constant_becomes_zero(method: str) -> None:
    result = normalize(Image(np.full((7, 7), 0.1, np.float32)), method)  # type: ignore[arg-type]  # a method
    np.testing.assert_array_equal(result.pixels, 0)


@pytest.mark.parametrize("method", ["min-max", "z-score", "percentile"])
def test_hounsfield_units_end(ct: Image, method: str) -> None:
    assert normalize(ct, method).meaning is Meaning.INTENSITY  # type: ignore[arg-type]  # a method


def test_a_colour_keeps_its_hue_and_loses_its_opacity() -> None:
    dull = np.array([[[0, 0, 0, 255], [20, 10, 5, 255], [40, 20, 10, 255]]], np.uint8)
    result = normalize(Image(dull, has_channels=True, meaning=Meaning.COLOUR))
    np.testing.assert_allclose(result.pixels, [[[0, 0, 0], [0.5, 0.25, 0.125], [1, 0.5, 0.25]]])


def test_percentiles_in_the_wrong_order_are_refused(plane: Image) -> None:
    with pytest.raises(BadParameter, match=r"upper must be > lower \(60\), found 40"):
        normalize(plane, "percentile", lower=60.0, upper=40.0)

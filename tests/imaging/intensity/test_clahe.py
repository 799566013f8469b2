"""Local contrast, limited."""

import numpy as np
import pytest
from skimage.data import microaneurysms
from skimage.exposure import equalize_adapthist, rescale_intensity

from coronal import BadParameter, Geometry, Image, Meaning
from coronal_imaging.intensity.clahe import clahe


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_it_is_the_library_bit_for_bit_in_a_plane(plane: Image, dtype: type) -> None:
    pixels = plane.pixels.astype(dtype)
    expected = equalize_adapthist(pixels, kernel_size=8, clip_limit=0.02)
    result = clahe(Image(pixels), clip_limit=0.02, tile=8.0)
    np.testing.assert_array_equal(result.pixels, expected.astype(np.float32))


def test_it_is_the_library_bit_for_bit_in_a_volume(ct: Image) -> None:
    unit = rescale_intensity(ct.pixels.astype(np.float32), out_range=(0.0, 1.0))
    expected = equalize_adapthist(unit, kernel_size=(1, 8, 4))
    result = clahe(ct, tile=4.0)
    np.testing.assert_array_equal(result.pixels, expected)
    assert result.meaning is Meaning.INTENSITY


def test_by_default_nothing_of_a_small_image_is_washed_out() -> None:
    # A detail of a retina, 102 pixels wide: an eighth of it is too small a tile.
    result = clahe(Image(microaneurysms())).pixels
    assert (result == 1.0).mean() < 0.01
    assert result.std() > 0.1


def test_it_is_the_library_bit_for_bit_in_colour(retina: Image) -> None:
    result = clahe(retina)
    np.testing.assert_array_equal(result.pixels, equalize_adapthist(retina.pixels).astype(np.float32))


def test_a_smoothed_colour_image_is_taken_too(retina: Image) -> None:
    smoothed = retina.with_pixels(retina.pixels.astype(np.float32) * 0.9)
    result = clahe(smoothed).pixels
    assert 0 <= result.min() <= result.max() <= 1
    np.testing.assert_allclose(result, clahe(retina).pixels, atol=0.02)


def test_opacity_is_left_out(retina: Image) -> None:
    opaque = np.dstack([retina.pixels, np.full(retina.shape, 255, np.uint8)])
    result = clahe(Image(opaque, has_channels=True, meaning=Meaning.COLOUR))
    np.testing.assert_array_equal(result.pixels, clahe(retina).pixels)


@pytest.mark.parametrize("columns", [3, 4])
def test_a_volume_of_few_columns_is_no_colour_picture(columns: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (16, 16, columns), dtype=np.uint8)
    sideways = clahe(Image(np.moveaxis(pixels, -1, 0)), tile=4.0).pixels
    upright = clahe(Image(pixels), tile=4.0).pixels
    # The library adds up the corners of a tile in the order of the axes, in whole grey levels of 2^-14.
    np.testing.assert_allclose(upright, np.moveaxis(sideways, 0, -1), atol=8 / 2**14)


def test_a_volume_in_colour_keeps_its_hues() -> None:
    ramp = np.linspace(0.2, 1, 8 * 16 * 16).reshape(8, 16, 16)
    orange = (ramp[..., np.newaxis] * [255, 128, 0]).astype(np.float32)
    result = clahe(Image(orange, has_channels=True, meaning=Meaning.COLOUR)).pixels
    np.testing.assert_allclose(result[..., 1], result[..., 0] * 128 / 255, atol=1e-5)
    np.testing.assert_allclose(result[..., 2], 0, atol=1e-6)


def test_air_keeps_its_contrast_though_its_values_are_below_zero() -> None:
    lung = np.random.default_rng(0).integers(-1000, -400, (32, 32)).astype(np.int16)
    result = clahe(Image(lung, meaning=Meaning.HOUNSFIELD)).pixels
    assert len(np.unique(result)) > 50
    assert (result.min(), result.max()) == (0, 1)


def test_faint_local_contrast_grows() -> None:
    rows, columns = np.indices((64, 64))
    faint = columns * 2.0 + 4.0 * ((rows // 4 + columns // 4) % 2)
    enhanced = clahe(Image(faint), tile=16.0, clip_limit=0.05).pixels
    relative = np.abs(np.diff(faint, axis=0)).mean() / np.ptp(faint)
    assert np.abs(np.diff(enhanced, axis=0)).mean() > 1.5 * relative


def test_too_many_tiles_are_refused() -> None:
    image = Image(np.zeros((200, 300)), Geometry((1.0, 1.0)))
    with pytest.raises(BadParameter, match=r"tile must be so large that it makes ≤ 10000 tiles, .* 60000"):
        clahe(image, tile=0.5)

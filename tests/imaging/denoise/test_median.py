"""The median of a neighbourhood."""

import numpy as np
import pytest
from skimage import filters, morphology

from coronal import BadParameter, Geometry, Image, Meaning
from coronal_imaging.denoise.median import median


def test_it_is_the_library_bit_for_bit_in_a_plane(plane: Image) -> None:
    expected = filters.median(plane.pixels, morphology.disk(2), mode="nearest", behavior="ndimage")
    np.testing.assert_array_equal(median(plane, radius=2.0).pixels, expected)


def test_it_is_the_library_bit_for_bit_in_a_volume(ct: Image) -> None:
    cubes = Image(ct.pixels, Geometry((2.0, 2.0, 2.0)))
    expected = filters.median(ct.pixels, morphology.ball(2), mode="nearest", behavior="ndimage")
    np.testing.assert_array_equal(median(cubes, radius=4.0).pixels, expected)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.float16, np.float32, np.float64, bool])
def test_the_type_is_kept_and_no_value_is_made_up(dtype: type) -> None:
    pixels = np.random.default_rng(0).integers(0, 2 if dtype is bool else 200, (16, 16)).astype(dtype)
    result = median(Image(pixels), radius=1.0).pixels
    assert result.dtype == dtype
    assert np.isin(result, pixels).all()


def test_specks_go_and_an_edge_stays() -> None:
    clean = np.zeros((20, 20), np.uint8)
    clean[:, 10:] = 200
    speckled = clean.copy()
    speckled[5, 4] = speckled[12, 15] = 255
    np.testing.assert_array_equal(median(Image(speckled), radius=1.0).pixels, clean)


def test_slices_further_apart_than_the_radius_are_not_mixed(ct: Image) -> None:
    result = median(ct, radius=1.0)
    for filtered, pixels in zip(result.pixels, ct.pixels, strict=True):
        alone = median(Image(pixels, Geometry((0.5, 1.0))), radius=1.0)
        np.testing.assert_array_equal(filtered, alone.pixels)
    assert result.meaning is Meaning.HOUNSFIELD


def test_colours_are_not_mixed(retina: Image) -> None:
    result = median(retina, radius=2.0)
    green = median(Image(retina.pixels[..., 1]), radius=2.0)
    np.testing.assert_array_equal(result.pixels[..., 1], green.pixels)


def test_a_neighbourhood_of_too_many_pixels_is_refused() -> None:
    fine = Image(np.zeros((9, 9, 9)), Geometry((0.1, 0.1, 0.1)))
    with pytest.raises(BadParameter, match=r"radius must be so small .* found 1.1, .* box of 12167 px"):
        median(fine, radius=1.1)

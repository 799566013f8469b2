"""An image of another number of pixels."""

import numpy as np
import pytest
from skimage.transform import resize as library

from coronal import BadParameter, Geometry, Image
from coronal_imaging.spatial.resize import resize


@pytest.mark.parametrize("shape", [(20, 25), (13, 50), (40, 50), (90, 110), (1, 7)])
@pytest.mark.parametrize(("interpolation", "order"), [("nearest", 0), ("linear", 1), ("cubic", 3)])
def test_it_is_the_library(plane: Image, shape: tuple[int, int], interpolation: str, order: int) -> None:
    pixels = plane.pixels.astype(np.float32)
    expected = library(pixels, shape, order=order, mode="edge", preserve_range=True, anti_aliasing=order > 0)
    result = resize(Image(pixels), x=shape[1], y=shape[0], interpolation=interpolation).pixels  # type: ignore[arg-type]  # a choice
    np.testing.assert_allclose(result, expected, atol=2e-3)


def test_a_volume_is_the_library_too(ct: Image) -> None:
    pixels = ct.pixels.astype(np.float32)
    expected = library(pixels, (5, 31, 12), order=1, mode="edge", preserve_range=True, anti_aliasing=True)
    result = resize(Image(pixels, ct.geometry), x=12, y=31, z=5).pixels
    np.testing.assert_allclose(result, expected, atol=2e-3)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16])
@pytest.mark.parametrize("interpolation", ["linear", "cubic"])
def test_short_whole_numbers_stay_such_and_are_rounded(ct: Image, dtype: type, interpolation: str) -> None:
    pixels = ct.pixels.astype(dtype)
    exact = resize(Image(pixels.astype(np.float32)), x=31, y=50, interpolation=interpolation).pixels  # type: ignore[arg-type]  # a choice
    result = resize(Image(pixels), x=31, y=50, interpolation=interpolation).pixels  # type: ignore[arg-type]  # a choice
    assert result.dtype == dtype
    np.testing.assert_array_equal(result, np.rint(exact))


def test_a_mask_becomes_the_part_of_each_pixel_that_is_in_it() -> None:
    mask = np.zeros((2, 8), bool)
    mask[:, 4:] = True
    result = resize(Image(mask), x=16, y=None).pixels
    assert result.dtype == np.float32
    assert result[0, 6:10].tolist() == [0, 0.25, 0.75, 1]


def test_halves_are_the_means_of_two_smoothed_by_half_a_pixel() -> None:
    # Far from the edges a ramp stays the ramp, whatever it is smoothed by.
    ramp = np.tile(np.arange(32.0), (4, 1))
    result = resize(Image(ramp), x=16, y=None).pixels
    np.testing.assert_allclose(result[:, 2:-2], np.tile(np.arange(16) * 2 + 0.5, (4, 1))[:, 2:-2], atol=1e-5)


def test_the_outer_edges_stay_and_the_first_centre_moves_by_half_the_difference() -> None:
    geometry = Geometry((1.0, 0.5), (100.0, 200.0, 300.0), ((0.0, 1.0), (1.0, 0.0), (0.0, 0.0)))
    result = resize(Image(np.zeros((10, 40)), geometry), x=10, y=20).geometry
    assert result.spacing_mm == (0.5, 2.0)
    # The edges were at x = 99.75 and y = 199.5.
    assert result.origin_mm == (99.75 + 1.0, 199.5 + 0.25, 300.0)
    assert result.position_mm((19.5, 9.5)) == (99.75 + 20.0, 199.5 + 10.0, 300.0)


def test_stripes_finer_than_the_new_pixels_become_grey_and_not_coarse_stripes() -> None:
    stripes = np.tile((np.arange(300) % 3 == 0) * 90.0, (8, 1))
    fine = resize(Image(stripes), x=75, y=None).pixels[:, 4:-4]
    coarse = resize(Image(stripes), x=75, y=None, interpolation="nearest").pixels
    assert np.ptp(fine) < 15
    assert np.ptp(coarse) == 90


def test_a_splines_overshoot_is_clipped() -> None:
    step = np.repeat([[0.0, 100.0]], 8, axis=1)
    result = resize(Image(step), x=64, y=None, interpolation="cubic").pixels
    assert (result.min(), result.max()) == (0, 100)


def test_the_same_size_changes_nothing(ct: Image) -> None:
    same = resize(ct, x=24, y=20)
    np.testing.assert_array_equal(same.pixels, ct.pixels)
    assert same.geometry == ct.geometry


def test_a_plane_leaves_z_aside(plane: Image) -> None:
    assert resize(plane, x=8, y=9, z=100).shape == (9, 8)


def test_an_axis_shrinks_to_no_less_than_a_64th() -> None:
    with pytest.raises(
        BadParameter, match=r"^x must be such that at most 64 pixels become one along an axis"
    ):
        resize(Image(np.zeros((4, 130))), x=2, y=None)


def test_more_values_than_memory_holds_are_refused() -> None:
    image = Image(np.zeros((512, 4, 4, 3), np.uint8), has_channels=True)
    with pytest.raises(BadParameter, match="found one that makes 512 × 4,096 × 4,096 × 3"):
        resize(image, x=4096, y=4096)

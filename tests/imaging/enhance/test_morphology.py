"""Bright or dark structures, shrunk and grown."""

from typing import Literal

import numpy as np
import pytest
from phantoms import ball
from scipy import ndimage
from skimage import morphology as library

from coronal import BadParameter, Geometry, Image, Meaning
from coronal_imaging.enhance.morphology import morphology

Operation = Literal["erode", "dilate", "open", "close"]

OPERATIONS: list[tuple[Operation, object]] = [
    ("erode", library.erosion),
    ("dilate", library.dilation),
    ("open", library.opening),
    ("close", library.closing),
]


@pytest.mark.parametrize(("operation", "function"), OPERATIONS)
def test_it_is_the_library_bit_for_bit(ct: Image, operation: Operation, function: object) -> None:
    cubes = Image(ct.pixels, Geometry((2.0, 2.0, 2.0)))
    expected = function(ct.pixels, library.ball(2), mode="ignore")
    np.testing.assert_array_equal(morphology(cubes, operation, radius=4.0).pixels, expected)


def test_a_disc_grows_and_shrinks_by_the_radius_in_mm() -> None:
    shape, spacing = (80, 120), (0.5, 0.25)
    disc = Image(ball(shape, (20.0, 15.0), 6.0, spacing).astype(np.uint8), Geometry(spacing))
    for operation, radius in (("dilate", 10.0), ("erode", 2.0)):
        changed = morphology(disc, operation, radius=4.0).pixels
        assert changed.sum() * 0.125 == pytest.approx(np.pi * radius**2, rel=0.05)


def test_opening_takes_away_what_the_ball_has_no_room_in_and_leaves_the_rest() -> None:
    pixels = np.full((30, 60), 10, np.int16)
    pixels[library.dilation(ball(pixels.shape, (15, 15), 4), library.disk(3))] = 100
    expected = pixels.copy()
    pixels[ball(pixels.shape, (15, 45), 2)] = 200
    np.testing.assert_array_equal(morphology(Image(pixels), "open", radius=3.0).pixels, expected)


@pytest.mark.parametrize("operation", ["open", "close"])
def test_twice_is_as_once_up_to_the_edge(ct: Image, operation: Operation) -> None:
    once = morphology(ct, operation, radius=1.5)
    np.testing.assert_array_equal(morphology(once, operation, radius=1.5).pixels, once.pixels)
    below, above = (once.pixels, ct.pixels) if operation == "open" else (ct.pixels, once.pixels)
    assert (below <= above).all()


def test_what_lies_beyond_the_edge_does_not_count(ct: Image) -> None:
    footprint = np.ones((3, 3), bool)
    pixels = ct.pixels[0]
    padded = np.pad(pixels, 1, constant_values=np.iinfo(np.int16).max)
    expected = ndimage.minimum_filter(padded, footprint=footprint)[1:-1, 1:-1]
    np.testing.assert_array_equal(morphology(Image(pixels), "erode", radius=1.42).pixels, expected)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.float16, np.float32, np.float64, bool])
def test_the_type_is_kept_and_no_value_is_made_up(dtype: type) -> None:
    pixels = np.random.default_rng(0).integers(0, 2 if dtype is bool else 200, (16, 16)).astype(dtype)
    for operation, _ in OPERATIONS:
        result = morphology(Image(pixels), operation).pixels
        assert result.dtype == dtype
        assert np.isin(result, pixels).all()


def test_slices_further_apart_than_the_radius_are_not_mixed(ct: Image) -> None:
    result = morphology(ct, "dilate", radius=1.0)
    for filtered, pixels in zip(result.pixels, ct.pixels, strict=True):
        alone = morphology(Image(pixels, Geometry((0.5, 1.0))), "dilate", radius=1.0)
        np.testing.assert_array_equal(filtered, alone.pixels)
    assert result.meaning is Meaning.HOUNSFIELD


def test_a_neighbourhood_of_too_many_pixels_is_refused() -> None:
    fine = Image(np.zeros((9, 9, 9)), Geometry((0.1, 0.1, 0.1)))
    with pytest.raises(BadParameter, match=r"radius must be so small .* found 1.1, .* box of 12167 px"):
        morphology(fine, radius=1.1)


@pytest.mark.parametrize("dtype", ["int64", "uint64", "int32", "uint32", "float64"])
@pytest.mark.parametrize(("operation", "_"), OPERATIONS)
def test_large_types_are_filtered_as_small_ones_up_to_the_edge(
    operation: Operation, _: object, dtype: str
) -> None:
    small = np.random.default_rng(0).integers(0, 200, (12, 20)).astype(np.uint8)
    expected = morphology(Image(small), operation, radius=2.0).pixels
    result = morphology(Image(small.astype(dtype)), operation, radius=2.0).pixels
    assert result.dtype == dtype
    np.testing.assert_array_equal(result, expected)


def test_whole_numbers_beyond_floats_stay_what_they_are() -> None:
    pixels = np.arange(12).reshape(3, 4) + 2**62
    result = morphology(Image(pixels), "dilate", radius=1.0).pixels
    assert (result - 2**62).tolist() == [[4, 5, 6, 7], [8, 9, 10, 11], [9, 10, 11, 11]]

"""A part of an image, by its place."""

import numpy as np
import pytest

from coronal import BadParameter, Case, Geometry, Image
from coronal_imaging.spatial.crop import crop
from coronal_imaging.spatial.pad import pad


def test_it_is_a_slice_of_numpys(ct: Image) -> None:
    result = crop(ct, x=(2, 9), y=(0, 20), z=(3, 4))
    np.testing.assert_array_equal(result.pixels, ct.pixels[3:4, :, 2:9])


def test_mm_count_from_the_outer_edge(ct: Image) -> None:
    result = crop(ct, x=(5.0, 10.0), y=(1.0, 3.5), z=(0.0, 8.0), unit="mm")
    np.testing.assert_array_equal(result.pixels, ct.pixels[0:2, 2:7, 5:10])


def test_without_numbers_it_is_the_whole_image(ct: Image) -> None:
    np.testing.assert_array_equal(crop(ct).pixels, ct.pixels)


def test_the_box_ends_where_the_image_ends(ct: Image) -> None:
    assert crop(ct, x=(20, 1000)).shape == (8, 20, 4)


def test_what_was_padded_is_cropped_off_again(ct: Image) -> None:
    back = crop(pad(ct, x=(3, 4), y=(1.0, 0.5), z=(8, 0)), x=(3, 27), y=(2, 22), z=(2, 10))
    np.testing.assert_array_equal(back.pixels, ct.pixels)


def test_a_box_of_nothing_is_refused(ct: Image) -> None:
    with pytest.raises(
        BadParameter, match="x must be such that a pixel lies in it: the image is from 0 to 24"
    ):
        crop(ct, x=(30, 40))
    with pytest.raises(BadParameter, match=r"^y must .* found 5 to 4"):
        crop(ct, y=(5, 4))
    with pytest.raises(BadParameter, match=r"the image is from 0 to 10, found 3\.1 to 3\.2"):
        crop(ct, y=(3.1, 3.2), unit="mm")


def test_mm_need_a_spacing(plane: Image) -> None:
    with pytest.raises(BadParameter, match="unit must be px: the image has no spacing, found mm"):
        crop(plane, unit="mm")


def test_a_pipeline_gives_the_two_numbers_as_a_list(plane: Image) -> None:
    assert crop.run(Case.start(plane), {"x": [1, 3.0]}).shape == (40, 2)
    with pytest.raises(BadParameter, match="a list of 2: a number ≥ 0"):
        crop.run(Case.start(plane), {"x": [1, 2, 3]})


def test_the_first_pixel_becomes_the_origin() -> None:
    geometry = Geometry((1.0, 0.5), (10.0, 20.0, 30.0), ((0.0, 1.0), (1.0, 0.0), (0.0, 0.0)))
    assert crop(Image(np.zeros((9, 9)), geometry), x=(4, 9), y=(3, 5)).geometry.origin_mm == (
        12.0,
        23.0,
        30.0,
    )

"""An image from the other side."""

import numpy as np
import pytest

from coronal import BadParameter, Geometry, Image
from coronal_imaging.spatial.flip import flip

AXIAL = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))


@pytest.mark.parametrize(("axis", "number"), [("z", 0), ("y", 1), ("x", 2)])
def test_it_is_numpys_flip_and_twice_is_nothing(ct: Image, axis: str, number: int) -> None:
    once = flip(ct, axis)  # type: ignore[arg-type]  # a choice
    np.testing.assert_array_equal(once.pixels, np.flip(ct.pixels, number))
    twice = flip(once, axis)  # type: ignore[arg-type]  # a choice
    np.testing.assert_array_equal(twice.pixels, ct.pixels)
    assert twice.geometry == ct.geometry


def test_left_stays_left_in_the_patient() -> None:
    image = Image(np.zeros((2, 3, 5)), Geometry((4.0, 0.5, 2.0), (10.0, 20.0, 30.0), AXIAL))
    flipped = flip(image, "x").geometry
    assert flipped.origin_mm == (18.0, 20.0, 30.0)
    assert flipped.direction == ((0.0, 0.0, -1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))


def test_a_plane_has_no_z(plane: Image) -> None:
    with pytest.raises(BadParameter, match="axis must be of x and y alone: the image is a plane, found z"):
        flip(plane, "z")

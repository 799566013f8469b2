"""A plane of a volume."""

import numpy as np
import pytest

from coronal import BadImage, BadParameter, Case, Geometry, Image
from coronal_imaging.spatial.slice import plane as slice_of

AXIAL = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))


@pytest.mark.parametrize(("axis", "number"), [("z", 0), ("y", 1), ("x", 2)])
def test_it_is_numpys_take_by_default_of_the_middle(ct: Image, axis: str, number: int) -> None:
    middle = slice_of(ct, axis)  # type: ignore[arg-type]  # a choice
    np.testing.assert_array_equal(middle.pixels, np.take(ct.pixels, ct.shape[number] // 2, axis=number))
    first = slice_of(ct, axis, 0)  # type: ignore[arg-type]  # a choice
    np.testing.assert_array_equal(first.pixels, np.take(ct.pixels, 0, axis=number))
    assert first.dimensions == 2


def test_a_plane_keeps_its_place() -> None:
    volume = Image(np.zeros((9, 8, 7)), Geometry((4.0, 0.5, 2.0), (10.0, 20.0, 30.0), AXIAL))
    coronal = slice_of(volume, "y", 6).geometry
    assert coronal.spacing_mm == (4.0, 2.0)
    assert coronal.origin_mm == (10.0, 23.0, 30.0)
    assert coronal.position_mm((3, 5)) == volume.geometry.position_mm((3, 6, 5))


def test_channels_stay(retina: Image) -> None:
    volume = Image(np.stack([retina.pixels] * 3), has_channels=True, meaning=retina.meaning)
    np.testing.assert_array_equal(slice_of(volume, "z", 1).pixels, retina.pixels)


def test_a_plane_beyond_the_volume_is_refused(ct: Image) -> None:
    with pytest.raises(BadParameter, match="index must be < 20 along y, found 20"):
        slice_of(ct, "y", 20)


def test_a_plane_has_no_planes(plane: Image) -> None:
    with pytest.raises(BadImage, match="slice works on 3-D, found an image of 2-D"):
        slice_of.run(Case.start(plane), {})

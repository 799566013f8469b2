from itertools import permutations, product

import numpy as np
import pytest

from coronal import Geometry, Image, LabelMap
from coronal_formats.rendering.planes import planes_of

SIDES = {"R": (0, 0), "L": (0, 1), "A": (1, 0), "P": (1, 1), "F": (2, 0), "H": (2, 1)}


def phantom(axes: tuple[int, ...], signs: tuple[int, ...]) -> Image:
    """Return a volume whose array axes run along given world axes; each side's slab has its own value."""
    world = np.zeros((9, 9, 9), np.uint8)  # indexed by x, y, z of LPS
    for value, (axis, end) in enumerate(SIDES.values(), start=1):
        slab: list[int | slice] = [slice(3, 6)] * 3
        slab[axis] = 8 if end else 0
        world[tuple(slab)] = value
    flips = tuple(place for place, sign in enumerate(signs) if sign < 0)
    array = np.flip(world.transpose(axes), flips)
    direction = np.zeros((3, 3))
    for place, (axis, sign) in enumerate(zip(axes, signs, strict=True)):
        direction[axis, place] = sign
    return Image(array, Geometry((1.0, 1.0, 1.0), (0.0, 0.0, 0.0), tuple(map(tuple, direction.tolist()))))


@pytest.mark.parametrize("axes", list(permutations(range(3))))
@pytest.mark.parametrize("signs", list(product((1, -1), repeat=3)))
def test_an_asymmetric_phantom_is_held_radiologically_however_it_is_stored(
    axes: tuple[int, ...], signs: tuple[int, ...]
) -> None:
    planes = planes_of(phantom(axes, signs), None)
    assert [plane.title for plane in planes] == ["axial", "coronal", "sagittal"]
    values = {letter: value for value, letter in enumerate(SIDES, start=1)}
    for plane, letters in zip(planes, ("ALPR", "HLFR", "HPFA"), strict=True):
        assert "".join(plane.letters) == letters
        edges = (plane.pixels[0, 4], plane.pixels[4, -1], plane.pixels[-1, 4], plane.pixels[4, 0])
        assert edges == tuple(values[letter] for letter in letters)


def test_a_plane_is_shown_as_it_is_stored_with_the_letters_of_its_edges() -> None:
    geometry = Geometry((0.5, 0.75), (0.0, 0.0, 0.0), ((0.0, -1.0), (0.0, 0.0), (-1.0, 0.0)))
    image = Image(np.arange(6).reshape(2, 3), geometry)
    (plane,) = planes_of(image, None)
    np.testing.assert_array_equal(plane.pixels, image.pixels)
    assert plane.letters == ("H", "R", "F", "L")
    assert plane.spacing == (0.5, 0.75)


def test_an_oblique_edge_has_two_letters() -> None:
    half = np.sqrt(0.5)
    geometry = Geometry((1.0, 1.0), (0.0, 0.0, 0.0), ((0.0, half), (0.0, half), (1.0, 0.0)))
    (plane,) = planes_of(Image(np.zeros((2, 2)), geometry), None)
    assert plane.letters == ("F", "LP", "H", "RA")


def test_each_plane_goes_where_most_is_labelled() -> None:
    labels = np.zeros((9, 10, 11), np.int32)
    labels[2:5, 3:6, 4:7] = 1
    labels[7, 6:10, 0:4] = 2
    image = Image(np.arange(labels.size).reshape(labels.shape))
    axial, coronal, sagittal = planes_of(image, LabelMap.of(image, labels))
    np.testing.assert_array_equal(axial.pixels, image.pixels[7])
    assert coronal.labels is not None
    assert np.count_nonzero(coronal.labels) == np.count_nonzero(labels, axis=(0, 2)).max()
    assert sagittal.labels is not None
    assert np.count_nonzero(sagittal.labels) == np.count_nonzero(labels, axis=(0, 1)).max()


def test_a_volume_without_a_place_is_shown_as_stored_by_index() -> None:
    image = Image(np.arange(60).reshape(3, 4, 5), Geometry((2.0, 1.0, 0.5)))
    planes = planes_of(image, None)
    assert [plane.title for plane in planes] == ["z = 1", "y = 2", "x = 2"]
    assert [plane.spacing for plane in planes] == [(1.0, 0.5), (2.0, 0.5), (2.0, 1.0)]
    np.testing.assert_array_equal(planes[1].pixels, image.pixels[:, 2])

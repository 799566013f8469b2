import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coronal import BadImage, Geometry

AXIAL = ((0.0, 1.0), (1.0, 0.0), (0.0, 0.0))
LPS = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))

SPACINGS = st.tuples(*[st.floats(0.01, 100)] * 3)
ORIGINS = st.tuples(*[st.floats(-1000, 1000)] * 3)
INDICES = st.tuples(*[st.integers(0, 500)] * 3)


def test_nothing_is_known_by_default() -> None:
    geometry = Geometry()
    assert not geometry.is_placed
    assert geometry.element_size == 1.0
    assert geometry.fits(2)
    assert geometry.fits(3)


def test_the_size_of_an_element_is_the_product_of_its_spacings() -> None:
    assert Geometry((0.5, 0.25)).element_size == 0.125
    assert Geometry((2.0, 0.5, 0.5)).element_size == 0.5


@given(SPACINGS, ORIGINS, INDICES)
def test_in_an_axial_volume_each_axis_grows_by_its_own_spacing(
    spacing: tuple[float, float, float], origin: tuple[float, float, float], index: tuple[int, int, int]
) -> None:
    x, y, z = Geometry(spacing, origin, LPS).position_mm(index)
    assert x == pytest.approx(origin[0] + index[2] * spacing[2])
    assert y == pytest.approx(origin[1] + index[1] * spacing[1])
    assert z == pytest.approx(origin[2] + index[0] * spacing[0])


def test_a_turned_plane_is_placed_as_dicom_says() -> None:
    # PS3.3 C.7.6.2.1.1: P = S + X · Δi · i + Y · Δj · j, X along a row, Y along a column.
    turn = math.radians(30)
    along_row = np.array([math.cos(turn), math.sin(turn), 0.0])
    along_column = np.array([0.0, 0.0, -1.0])
    origin = np.array([10.0, -20.0, 30.0])
    geometry = Geometry((0.7, 0.4), tuple(origin), tuple(zip(along_column, along_row, strict=True)))
    expected = origin + along_row * 0.4 * 5 + along_column * 0.7 * 3
    assert geometry.position_mm((3, 5)) == pytest.approx(tuple(expected))


def test_the_third_column_of_a_planes_affine_is_its_normal() -> None:
    affine = Geometry((0.5, 0.5), (0.0, 0.0, 0.0), AXIAL).affine()
    np.testing.assert_array_equal(affine[:3, 2], [0.0, 0.0, -1.0])
    assert abs(np.linalg.det(affine)) == pytest.approx(0.25)


@pytest.mark.parametrize(
    "geometry",
    [Geometry(), Geometry((1.0, 1.0)), Geometry((1.0, 1.0), (0.0, 0.0, 0.0)), Geometry(None, None, AXIAL)],
)
def test_a_place_that_is_not_known_is_not_made_up(geometry: Geometry) -> None:
    with pytest.raises(BadImage, match="isn't known"):
        geometry.position_mm((0, 0))


def test_lists_arrays_and_tuples_of_the_same_numbers_are_the_same_geometry() -> None:
    of_arrays = Geometry(np.array([0.5, 0.5]), np.zeros(3, np.float32), np.array(AXIAL))  # type: ignore[arg-type]
    assert of_arrays == Geometry((0.5, 0.5), (0.0, 0.0, 0.0), AXIAL)
    assert Geometry([1, 2]) == Geometry((1.0, 2.0))  # type: ignore[arg-type]
    assert "float64" not in repr(of_arrays)
    assert hash(of_arrays) == hash(Geometry((0.5, 0.5), (0.0, 0.0, 0.0), AXIAL))


@pytest.mark.parametrize(
    "spacing", [(), (1.0,), (1.0,) * 4, (1.0, 0.0), (1.0, -1.0), (1.0, math.nan), (math.inf, 1.0)]
)
def test_a_spacing_is_two_or_three_positive_numbers(spacing: tuple[float, ...]) -> None:
    with pytest.raises(BadImage, match="2 or 3 positive numbers of mm, found " + re.escape(str(spacing)[:5])):
        Geometry(spacing)


@pytest.mark.parametrize("origin", [(0.0, 0.0), (0.0, 0.0, math.nan), (0.0, math.inf, 0.0), (0.0,) * 4])
def test_an_origin_is_three_finite_numbers(origin: tuple[float, float, float]) -> None:
    with pytest.raises(BadImage, match="3 finite numbers"):
        Geometry(origin_mm=origin)


@pytest.mark.parametrize(
    ("direction", "message"),
    [
        pytest.param(((1.0, 0.0), (0.0, 1.0)), "3 rows", id="two rows"),
        pytest.param(((1.0,), (0.0,), (0.0,)), "3 rows", id="one column"),
        pytest.param(((1.0, 0.0), (0.0, 1.0), (0.0,)), "3 rows", id="ragged"),
        pytest.param(((2.0, 0.0), (0.0, 1.0), (0.0, 0.0)), "length 1", id="too long"),
        pytest.param(((0.0, 0.0), (0.0, 1.0), (0.0, 0.0)), "length 1", id="zero"),
        pytest.param(((math.nan, 0.0), (0.0, 1.0), (0.0, 0.0)), "length 1", id="NaN"),
        pytest.param(((1.0, 1.0), (0.0, 0.0), (0.0, 0.0)), "parallel", id="parallel"),
        pytest.param(((1.0, -1.0), (0.0, 0.0), (0.0, 0.0)), "parallel", id="opposite"),
        pytest.param(((1.0, 0.0, 0.6), (0.0, 1.0, 0.8), (0.0, 0.0, 0.0)), "parallel", id="flat"),
    ],
)
def test_a_direction_is_of_unit_vectors_that_span_the_array(
    direction: tuple[tuple[float, ...], ...], message: str
) -> None:
    with pytest.raises(BadImage, match=message):
        Geometry(direction=direction)


@pytest.mark.parametrize("degrees", [20, 88])
def test_the_axes_of_a_tilted_gantry_need_not_be_at_right_angles(degrees: float) -> None:
    tilt = math.radians(degrees)
    direction = ((0.0, 0.0, 1.0), (math.sin(tilt), 1.0, 0.0), (math.cos(tilt), 0.0, 0.0))
    assert Geometry((5.0, 1.0, 1.0), (0.0, 0.0, 0.0), direction).is_placed


def test_spacing_and_direction_are_of_one_dimension() -> None:
    with pytest.raises(BadImage, match="fit the spacing"):
        Geometry((1.0, 1.0), (0.0, 0.0, 0.0), LPS)


@pytest.mark.parametrize(
    ("geometry", "dimensions"), [(Geometry((1.0, 1.0)), 2), (Geometry(None, None, LPS), 3)]
)
def test_it_fits_arrays_of_its_own_dimension_alone(geometry: Geometry, dimensions: int) -> None:
    assert geometry.fits(dimensions)
    assert not geometry.fits(5 - dimensions)


SIGNED_PERMUTATION = np.array([[0.0, -1.0, 0.0], [2.0, 0.0, 0.0], [0.0, 0.0, 0.5]])


@given(SPACINGS, ORIGINS, INDICES)
def test_a_mapped_element_stays_where_it_was_in_the_patient(
    spacing: tuple[float, float, float], origin: tuple[float, float, float], index: tuple[int, int, int]
) -> None:
    turn = math.radians(20)
    tilted = ((0.0, -math.sin(turn), math.cos(turn)), (0.0, math.cos(turn), math.sin(turn)), (1.0, 0.0, 0.0))
    old = Geometry(spacing, origin, tilted)
    new = old.mapped(SIGNED_PERMUTATION, (4.0, -3.0, 7.5))
    place = SIGNED_PERMUTATION @ index + (4.0, -3.0, 7.5)
    assert new.position_mm(index) == pytest.approx(old.position_mm(tuple(place)), rel=1e-6, abs=1e-6)


def test_a_plane_of_a_volume_keeps_the_two_axes_that_it_has() -> None:
    volume = Geometry((5.0, 0.5, 0.25), (0.0, 0.0, 100.0), LPS)
    sagittal = volume.mapped(np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]), (0, 0, 8))
    assert sagittal.spacing_mm == (5.0, 0.5)
    assert sagittal.origin_mm == (2.0, 0.0, 100.0)
    assert sagittal.direction == ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0))


def test_what_is_unknown_stays_unknown_when_it_is_mapped() -> None:
    halved = np.diag([0.5, 0.5])
    assert Geometry().mapped(halved, (1, 1)) == Geometry()
    assert Geometry((2.0, 4.0)).mapped(halved, (1, 1)) == Geometry((1.0, 2.0))
    unturned = Geometry((2.0, 4.0), (1.0, 2.0, 3.0))
    assert unturned.mapped(halved, (0, 0)).origin_mm == (1.0, 2.0, 3.0)
    assert unturned.mapped(halved, (0, 1)).origin_mm is None


@given(SPACINGS, ORIGINS)
def test_axes_that_are_exchanged_and_reversed_come_back_to_the_last_bit(
    spacing: tuple[float, float, float], origin: tuple[float, float, float]
) -> None:
    turn = math.radians(20)
    tilted = ((0.0, -math.sin(turn), math.cos(turn)), (0.0, math.cos(turn), math.sin(turn)), (1.0, 0.0, 0.0))
    old = Geometry(spacing, origin, tilted)
    turned = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, -1.0]])
    back = old.mapped(turned, (0, 0, 0)).mapped(turned.T, (0, 0, 0))
    assert back == old


def test_an_axis_must_lead_somewhere() -> None:
    with pytest.raises(
        BadImage, match=re.escape("each axis of the new array must have a length, found [1.0, 0.0]")
    ):
        Geometry((1.0, 1.0)).mapped(np.diag([1.0, 0.0]), (0, 0))

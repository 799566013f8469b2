"""Perimeter and surface, beside closed forms."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from phantoms import ball

from coronal import Geometry, Image, LabelMap
from coronal_imaging.measure.shape import shape

SPACINGS = [(1.0, 1.0, 1.0), (5.0, 0.7, 0.7), (1.0, 2.0, 3.0)]


def measured(mask: NDArray[np.bool_], spacing: tuple[float, ...]) -> tuple[float, float]:
    """Return perimeter and circularity, or surface and sphericity, of one object."""
    image = Image(mask.astype(np.uint8), Geometry(spacing))
    return shape(image, LabelMap.of(image, mask), ("outline",)).rows[0][1:]


def grid(spacing: tuple[float, ...], reach: float) -> list[NDArray[np.float64]]:
    """Return the place of each pixel of a square or cube around 0, in mm."""
    sides = [np.arange(-math.ceil(reach / step) - 1, math.ceil(reach / step) + 2) * step for step in spacing]
    return np.meshgrid(*sides, indexing="ij")


def turned(spacing: tuple[float, float, float], reach: float, seed: int) -> list[NDArray[np.float64]]:
    turn = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))[0]
    return [
        sum(turn[axis, other] * place for other, place in enumerate(grid(spacing, reach)))
        for axis in range(3)
    ]


@pytest.mark.parametrize("spacing", [*SPACINGS, (0.7, 5.0, 0.7)])
@pytest.mark.parametrize("size", [(4, 8, 8), (4, 29, 29), (1, 7, 7), (1, 1, 1), (1, 1, 12), (2, 3, 15)])
def test_a_block_has_the_surface_of_its_sides(size: tuple[int, int, int], spacing: tuple[float, ...]) -> None:
    z, y, x = np.multiply(size, spacing)
    surface = 2 * (z * y + z * x + y * x)
    found = measured(np.pad(np.ones(size, np.bool_), 3), spacing)
    assert found[0] == pytest.approx(surface)
    assert found[1] == pytest.approx(math.cbrt(36 * math.pi * (z * y * x) ** 2) / surface)


@pytest.mark.parametrize("spacing", [(1.0, 1.0), (5.0, 0.7)])
@pytest.mark.parametrize("size", [(1, 1), (1, 10), (7, 7), (20, 3)])
def test_a_rectangle_has_the_perimeter_of_its_sides(
    size: tuple[int, int], spacing: tuple[float, float]
) -> None:
    y, x = np.multiply(size, spacing)
    assert measured(np.ones(size, np.bool_), spacing) == pytest.approx(
        (2 * (y + x), math.pi * y * x / (y + x) ** 2)
    )


@pytest.mark.parametrize("spacing", SPACINGS)
@pytest.mark.parametrize("slices", [5, 8])
def test_a_ball_has_its_surface_and_a_sphericity_of_1_at_most(
    slices: int, spacing: tuple[float, ...]
) -> None:
    radius = slices * max(spacing)
    z, y, x = grid(spacing, radius)
    surface, sphericity = measured(z**2 + y**2 + x**2 <= radius**2, spacing)
    assert surface == pytest.approx(4 * math.pi * radius**2, rel=0.03)
    assert 0.96 < sphericity <= 1


@pytest.mark.parametrize("spacing", SPACINGS)
@pytest.mark.parametrize("seed", range(3))
def test_a_tilted_block_has_the_surface_of_its_sides(spacing: tuple[float, float, float], seed: int) -> None:
    sides = np.array([8.0, 6.0, 4.0]) * max(spacing)
    places = turned(spacing, 6 * max(spacing), seed)
    inside = np.logical_and.reduce(
        [abs(place) <= side / 2 for place, side in zip(places, sides, strict=True)]
    )
    expected = 2 * (sides[0] * sides[1] + sides[0] * sides[2] + sides[1] * sides[2])
    assert measured(inside, spacing)[0] == pytest.approx(expected, rel=0.06)


@pytest.mark.parametrize("spacing", SPACINGS)
@pytest.mark.parametrize("seed", range(3))
def test_a_tilted_cylinder_has_its_surface(spacing: tuple[float, float, float], seed: int) -> None:
    radius, length = 4 * max(spacing), 12 * max(spacing)
    z, y, x = turned(spacing, 8 * max(spacing), seed)
    inside = (np.hypot(y, x) <= radius) & (abs(z) <= length / 2)
    expected = 2 * math.pi * radius * (radius + length)
    assert measured(inside, spacing)[0] == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize("spacing", [(1.0, 1.0), (1.0, 3.0)])
@pytest.mark.parametrize("degrees", [0, 5, 10, 20, 30, 45, 70])
def test_a_tilted_rectangle_has_its_perimeter(degrees: float, spacing: tuple[float, float]) -> None:
    turn = math.radians(degrees)
    y, x = grid(spacing, 40)
    along, across = x * math.cos(turn) + y * math.sin(turn), y * math.cos(turn) - x * math.sin(turn)
    found = measured((abs(along) <= 35.3) & (abs(across) <= 8.3), spacing)[0]
    assert found == pytest.approx(4 * (35.3 + 8.3), rel=0.03)


@pytest.mark.parametrize("spacing", [(32.0, 1.0), (1.0, 32.0), (20.0, 1.0)])
def test_a_disc_has_its_perimeter_where_pixels_are_many_times_longer_than_wide(
    spacing: tuple[float, float],
) -> None:
    y, x = grid(spacing, 640)
    assert measured(np.hypot(y, x) <= 640, spacing)[0] == pytest.approx(2 * math.pi * 640, rel=0.03)


def test_objects_that_touch_are_measured_as_though_alone() -> None:
    labels = np.zeros((12, 12, 12), np.int32)
    labels[:6], labels[6:, :6], labels[6:, 6:, 3:] = 2_000_000_000, 5, 9
    image = Image(labels, Geometry((2.0, 1.0, 1.0)))
    table = shape(image, LabelMap.of(image, labels), ("outline",))
    alone = [measured(labels == number, (2.0, 1.0, 1.0)) for number in table.column("label")]
    assert [row[1:] for row in table.rows] == alone


def test_a_hole_has_an_edge_too() -> None:
    mask = np.ones((20, 20), np.bool_)
    mask[5:10, 5:12] = False
    assert measured(mask, (1.0, 1.0))[0] == pytest.approx(80 + 24)


@pytest.mark.parametrize("seed", range(5))
def test_no_body_is_rounder_than_a_disc_or_ball(seed: int) -> None:
    random = np.random.default_rng(seed)
    for spacing in [(1.0, 1.0), (1.0, 7.0), *SPACINGS]:
        radius = random.uniform(0.5, 6) * max(spacing)
        middle = [radius + step for step in spacing]
        size = tuple(int(2 * radius / step) + 3 for step in spacing)
        inside = ball(size, middle, radius, spacing)
        assert 0 < measured(inside, spacing)[1] <= 1

"""Holes in objects, filled."""

import numpy as np
from phantoms import ball
from scipy import ndimage
from skimage import data

from coronal import Geometry, LabelMap
from coronal_imaging.cleanup.fill_holes import fill_holes


def shell(shape: tuple[int, ...], centre: tuple[float, ...], radii: tuple[float, float]) -> np.ndarray:
    inner, outer = radii
    return ball(shape, centre, outer) & ~ball(shape, centre, inner)


def test_it_is_the_library_on_a_mask() -> None:
    mask = data.retina()[500:700, 500:700, 1] > 80
    assert (ndimage.binary_fill_holes(mask) & ~mask).sum() > 100
    np.testing.assert_array_equal(fill_holes(LabelMap(mask)).labels, ndimage.binary_fill_holes(mask) * 1)


def test_rings_become_discs_of_their_own_number() -> None:
    shape = (40, 80)
    rings = 5 * shell(shape, (20, 20), (6, 15)) + 2 * shell(shape, (20, 60), (10, 15))
    expected = 5 * ball(shape, (20, 20), 15) + 2 * ball(shape, (20, 60), 15)
    np.testing.assert_array_equal(fill_holes(LabelMap(rings)).labels, expected)


def test_a_hollow_ball_becomes_full() -> None:
    hollow = shell((21, 21, 21), (10, 10, 10), (5, 8))
    np.testing.assert_array_equal(
        fill_holes(LabelMap(hollow)).labels, ball((21, 21, 21), (10, 10, 10), 8) * 1
    )


def test_a_tube_is_filled_within_its_slices_alone() -> None:
    tube = np.broadcast_to(shell((21, 21), (10, 10), (5, 8)), (4, 21, 21))
    np.testing.assert_array_equal(fill_holes(LabelMap(tube)).labels, tube)
    full = np.broadcast_to(ball((21, 21), (10, 10), 8), (4, 21, 21))
    np.testing.assert_array_equal(fill_holes(LabelMap(tube), within="slice").labels, full)


def test_what_lies_in_a_hole_stays_and_the_inner_of_two_rings_gets_their_hole() -> None:
    shape, centre = (41, 41), (20, 20)
    rings = shell(shape, centre, (12, 18)) * 1 + shell(shape, centre, (4, 8)) * 2
    expected = np.where(ball(shape, centre, 8), 2, ball(shape, centre, 18))
    np.testing.assert_array_equal(fill_holes(LabelMap(rings)).labels, expected)


def test_a_hole_that_is_open_stays() -> None:
    ring = shell((41, 41), (20, 20), (8, 15))
    ring[20, 20:] = False
    np.testing.assert_array_equal(fill_holes(LabelMap(ring)).labels, ring)
    cut = ring[:20]
    np.testing.assert_array_equal(fill_holes(LabelMap(cut)).labels, cut)


def test_a_hole_leads_out_over_sides_and_not_over_corners() -> None:
    diamond = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])
    assert fill_holes(LabelMap(diamond)).labels[1, 1] == 1


def test_the_largest_hole_is_in_mm() -> None:
    plate = np.ones((9, 12), np.uint8)
    plate[1:3, 1:3], plate[4:7, 5:8] = 0, 0
    labels = LabelMap(plate, Geometry((0.5, 0.2)))
    for max_size, filled in ((0.3, 0), (0.4, 4), (0.8, 4), (0.9, 13)):
        assert np.count_nonzero(fill_holes(labels, max_size=max_size).labels) == plate.sum() + filled


def test_within_slices_the_largest_hole_is_an_area() -> None:
    plate = np.ones((3, 9, 9), np.uint8)
    plate[:, 3:5, 3:5] = 0
    labels = LabelMap(plate, Geometry((10.0, 0.5, 0.5)))
    assert fill_holes(labels, max_size=1.0, within="slice").labels.all()
    np.testing.assert_array_equal(fill_holes(labels, max_size=0.9, within="slice").labels, plate)

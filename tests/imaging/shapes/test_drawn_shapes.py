"""Shapes that were recognised, drawn into a label map."""

import numpy as np
from phantoms import ball

from coronal import Geometry, Image
from coronal_imaging.shapes.drawn_shapes import Ellipsoid, drawn

VOLUME = Image(np.zeros((12, 30, 40)), Geometry((2.0, 1.0, 0.5)))


def test_a_ball_is_that_of_its_definition() -> None:
    labels = drawn(VOLUME, [Ellipsoid("ball", (11.0, 14.0, 9.0), (6.0,) * 3)])
    np.testing.assert_array_equal(labels.labels, ball((12, 30, 40), (11.0, 14.0, 9.0), 6.0, (2.0, 1.0, 0.5)))
    assert labels.names == {1: "ball"}


def test_a_smaller_one_covers_a_larger_and_the_numbers_are_those_of_the_list() -> None:
    plane = Image(np.zeros((20, 20)))
    labels = drawn(plane, [Ellipsoid("small", (10, 10), (2, 2)), Ellipsoid("large", (10, 10), (8, 8))])
    assert labels.labels[10, 10] == 1
    assert labels.labels[10, 15] == 2


def test_one_that_is_covered_leaves_no_gap() -> None:
    plane = Image(np.zeros((20, 20)))
    dots = [Ellipsoid(name, (10.2, 10.2), (0.1, radius)) for name, radius in (("under", 0.2), ("over", 0.1))]
    assert drawn(plane, dots).names == {1: "over"}


def test_beyond_the_image_and_on_what_is_no_number_nothing_is_drawn() -> None:
    image = Image(np.array([[np.nan, 1.0, 1.0]]))
    assert drawn(image, [Ellipsoid("wide", (0, 0), (1.5, 1.5))]).labels.tolist() == [[0, 1, 0]]
    assert drawn(image, [Ellipsoid("away", (90, -90), (1.5, 1.5))]).count == 0

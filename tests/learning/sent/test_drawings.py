import numpy as np
import pytest

from coronal import BadImage, Geometry, Image
from coronal_learning.sent.drawings import label_map_of

PLACED = Geometry((1.0, 1.0), (0.0, 0.0, 0.0), ((0.0, 1.0), (1.0, 0.0), (0.0, 0.0)))
IMAGE = Image(np.zeros((2, 3), np.float32), PLACED)


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        (np.array([[0, 1, 2], [0, 0, 255]], np.uint8), [[0, 1, 2], [0, 0, 255]]),
        (np.array([[0, 65535, 0], [0, 0, 65535]], np.uint16), [[0, 1, 0], [0, 0, 1]]),
        (np.array([[0, 255, 0], [0, 0, 255]], np.uint16), [[0, 255, 0], [0, 0, 255]]),
        (np.array([[0, 1, 7], [0, 0, 2]], np.float32), [[0, 1, 7], [0, 0, 2]]),
        (np.zeros((2, 3), np.uint8), [[0, 0, 0], [0, 0, 0]]),
    ],
    ids=["bytes", "white-of-16-bits", "no-white", "whole-floats", "empty"],
)
def test_whole_numbers_are_labels_on_the_grid_of_the_image(values, labels):
    found = label_map_of(Image(values), IMAGE)
    assert found.labels.tolist() == labels
    assert found.lies_on(IMAGE)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (np.full((2, 3), 0.5), "whole numbers"),
        (np.full((2, 3), np.nan), "whole numbers"),
        (np.full((2, 3), -1, np.int16), "from 0 to 255, found -1 to -1"),
        (np.full((2, 3), 256, np.int32), "from 0 to 255, found 256 to 256"),
        (np.zeros((3, 2), np.uint8), r"shape \(2, 3\)"),
    ],
    ids=["fraction", "nan", "negative", "too-many", "shape"],
)
def test_other_values_are_refused(values, told):
    with pytest.raises(BadImage, match=told):
        label_map_of(Image(values), IMAGE)


def test_colours_are_no_labels():
    with pytest.raises(BadImage, match="one channel, found 3"):
        label_map_of(Image(np.zeros((2, 3, 3), np.uint8), has_channels=True), IMAGE)


@pytest.mark.parametrize(
    ("place", "told"),
    [
        (Geometry((1.0, 2.0)), "spacing"),
        (Geometry((1.0, 1.0), None, ((1.0, 0.0), (0.0, 1.0), (0.0, 0.0))), "direction"),
        (Geometry((1.0, 1.0), (0.0, 0.5, 0.0)), "origin"),
    ],
    ids=["spacing", "direction", "origin"],
)
def test_what_lies_elsewhere_is_refused(place, told):
    with pytest.raises(BadImage, match=f"found another {told}"):
        label_map_of(Image(np.zeros((2, 3), np.uint8), place), IMAGE)


def test_a_place_that_differs_by_rounding_is_the_same():
    near = Geometry((1.0001, 1.0), (0.01, 0.0, 0.0), PLACED.direction)
    assert label_map_of(Image(np.ones((2, 3), np.uint8), near), IMAGE).geometry == PLACED

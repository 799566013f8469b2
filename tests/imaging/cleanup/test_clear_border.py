"""Objects that the edge of the image cuts off, removed."""

import numpy as np
from skimage import data, segmentation
from skimage.measure import label

from coronal import Geometry, LabelMap
from coronal_imaging.cleanup.clear_border import clear_border


def test_it_is_the_library_on_a_plane_and_on_a_volume() -> None:
    plane = label(data.retina()[400:700, 400:700, 1] > 80)
    volume = label(np.random.default_rng(0).random((9, 20, 20)) > 0.9)
    for labels in (plane, volume):
        expected = segmentation.clear_border(labels)
        assert 0 < np.count_nonzero(expected) < np.count_nonzero(labels)
        np.testing.assert_array_equal(clear_border(LabelMap(labels)).labels, expected)
        wide = clear_border(LabelMap(labels), margin=3.0).labels
        np.testing.assert_array_equal(wide, segmentation.clear_border(labels, buffer_size=3))


def test_what_touches_goes_and_what_does_not_stays() -> None:
    labels = np.array([[0, 0, 0, 0, 0], [5, 0, 3, 0, 0], [0, 0, 0, 0, 3], [0, 0, 0, 0, 0]])
    expected = [[0] * 5, [0, 0, 3, 0, 0], [0] * 5, [0] * 5]
    assert clear_border(LabelMap(labels)).labels.tolist() == expected


def test_the_margin_is_in_mm_along_each_axis() -> None:
    labels = np.zeros((20, 20), np.uint8)
    labels[4, 10], labels[10, 4] = 1, 2
    in_mm = LabelMap(labels, Geometry((1.0, 0.25)))
    # Four rows are 4 mm from the edge, four columns 1 mm.
    for margin, left in ((0.9, {1, 2}), (1.0, {1}), (2.2, {1}), (2.3, set())):
        assert set(np.unique(clear_border(in_mm, margin=margin).labels)) - {0} == left


def test_the_ends_of_a_volume_can_be_left_out() -> None:
    column = np.zeros((5, 9, 9), np.uint8)
    column[:, 4, 4] = 1
    assert not clear_border(LabelMap(column)).labels.any()
    np.testing.assert_array_equal(clear_border(LabelMap(column), ends=False).labels, column)


def test_one_slice_is_a_plane() -> None:
    labels = np.zeros((1, 9, 9), np.uint8)
    labels[0, 4, 4], labels[0, 0, 7] = 1, 2
    assert set(np.unique(clear_border(LabelMap(labels)).labels)) == {0, 1}


def test_a_margin_wider_than_the_image_leaves_nothing() -> None:
    labels = np.eye(9, dtype=np.uint8)
    assert not clear_border(LabelMap(labels), margin=1000.0).labels.any()

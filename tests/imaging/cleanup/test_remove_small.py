"""Specks, removed."""

import numpy as np
from phantoms import ball
from skimage import data
from skimage.morphology import remove_small_objects

from coronal import Geometry, LabelMap
from coronal_imaging.cleanup.remove_small import remove_small


def test_it_is_the_library_on_a_mask() -> None:
    mask = data.retina()[400:700, 400:700, 1] > 80
    expected = remove_small_objects(mask, max_size=29, connectivity=2)
    assert 0 < expected.sum() < mask.sum()
    np.testing.assert_array_equal(remove_small(LabelMap(mask), min_size=30.0).labels, expected)


def test_what_is_as_large_stays() -> None:
    labels = np.zeros((6, 20), np.int32)
    labels[1:3, 1:3], labels[1:4, 6:9], labels[1, 12] = 4, 9, 2
    for min_size, left in ((1.0, {2, 4, 9}), (4.0, {4, 9}), (9.0, {9}), (9.5, set())):
        assert set(np.unique(remove_small(LabelMap(labels), min_size=min_size).labels)) - {0} == left


def test_a_ball_is_as_large_as_its_volume_in_mm() -> None:
    spacing = (2.0, 0.5, 0.5)
    inside = ball((12, 50, 50), (11, 12, 12), 8, spacing)
    labels = LabelMap(inside, Geometry(spacing))
    volume = np.count_nonzero(inside) * 0.5
    assert remove_small(labels, min_size=volume).labels.any()
    assert not remove_small(labels, min_size=volume + 0.5).labels.any()


def test_each_piece_of_a_class_is_considered_by_itself() -> None:
    classes = np.array([[1, 1, 1, 0, 1], [2, 2, 2, 2, 0]])
    expected = [[1, 1, 1, 0, 0], [2, 2, 2, 2, 0]]
    assert remove_small(LabelMap(classes), min_size=2.0).labels.tolist() == expected


def test_pieces_of_two_labels_do_not_help_each_other() -> None:
    assert not remove_small(LabelMap(np.array([[1, 1, 2, 2]])), min_size=3.0).labels.any()

"""The largest objects, and no others."""

import numpy as np
from skimage import data
from skimage.measure import label, regionprops

from coronal import LabelMap
from coronal_imaging.cleanup.largest import largest


def test_it_is_what_the_library_finds_largest() -> None:
    labels = label(data.retina()[400:700, 400:700, 1] > 80)
    by_size = sorted(regionprops(labels), key=lambda region: -region.area)
    for count in (1, 3, 20):
        expected = np.isin(labels, [region.label for region in by_size[:count]]) * labels
        np.testing.assert_array_equal(largest(LabelMap(labels), count=count).labels, expected)


def test_one_number_can_lie_in_several_places() -> None:
    classes = np.array([[1, 1, 1, 0, 1], [0, 0, 0, 0, 0], [2, 0, 2, 2, 0]])
    assert largest(LabelMap(classes)).labels.tolist() == [[1, 1, 1, 0, 0], [0] * 5, [0] * 5]


def test_each_label_can_keep_its_own_largest() -> None:
    classes = np.array([[1, 1, 1, 0, 1], [0, 0, 0, 0, 0], [2, 0, 2, 2, 0]])
    for count, expected in (
        (1, [[1, 1, 1, 0, 0], [0] * 5, [0, 0, 2, 2, 0]]),
        (2, classes.tolist()),
    ):
        assert largest(LabelMap(classes), count=count, among="each-label").labels.tolist() == expected


def test_of_two_of_one_size_the_first_stays() -> None:
    assert largest(LabelMap(np.array([[7, 7, 0, 3, 3]]))).labels.tolist() == [[7, 7, 0, 0, 0]]


def test_where_there_are_fewer_all_stay() -> None:
    labels = np.array([[7, 7, 0, 3, 3]])
    np.testing.assert_array_equal(largest(LabelMap(labels), count=9).labels, labels)

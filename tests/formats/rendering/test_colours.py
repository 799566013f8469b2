import numpy as np

from coronal_formats.rendering.colours import colour_of, painted


def test_the_first_labels_differ_clearly_from_one_another() -> None:
    colours = np.array([colour_of(label) for label in range(1, 13)], float)
    distances = np.linalg.norm(colours[:, None] - colours[None], axis=-1)
    assert distances[~np.eye(12, dtype=bool)].min() > 40


def test_the_background_stays_as_it_was_and_a_contour_lies_inside_of_its_object() -> None:
    picture = np.full((20, 20, 3), 90, np.uint8)
    labels = np.zeros((20, 20), np.int32)
    labels[5:15, 5:15] = 3
    result = painted(picture, labels, 2)
    np.testing.assert_array_equal(result[labels == 0], 90)
    full = (result == colour_of(3)).all(axis=-1)
    expected = labels > 0
    expected[7:13, 7:13] = False
    np.testing.assert_array_equal(full, expected)
    assert 90 < result[10, 10].max() < 255


def test_the_border_of_the_picture_is_no_contour() -> None:
    labels = np.ones((6, 6), np.int32)
    result = painted(np.zeros((6, 6, 3), np.uint8), labels, 2)
    assert not (result == colour_of(1)).all(axis=-1).any()

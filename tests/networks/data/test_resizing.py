"""From an image's own grid to the network's, and back."""

import numpy as np
import pytest
from skimage.transform import resize

from coronal_networks.data.resizing import framed, most_probable, shrunk_codes, unframed

RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize("shape", [(3, 4), (5, 7, 2), (1, 1)], ids=str)
def test_what_is_framed_is_there_unchanged_and_taken_out_again(shape: tuple[int, ...]) -> None:
    array = RANDOM.normal(size=(*shape, 2))
    frame = tuple(length + add for length, add in zip(shape, (3, 0, 8), strict=False))
    whole = framed(array, frame)
    assert whole.shape == (*frame, 2)
    np.testing.assert_array_equal(unframed(whole, shape), array)
    assert set(whole.ravel()) == set(array.ravel())


def test_classes_on_the_grid_of_the_network_are_the_most_probable_ones() -> None:
    probabilities = RANDOM.dirichlet([1, 1, 1], (6, 5)).astype(np.float32)
    np.testing.assert_array_equal(most_probable(probabilities, (6, 5)), probabilities.argmax(axis=-1))


@pytest.mark.parametrize("shape", [(12, 15), (13, 9), (6, 50)], ids=str)
def test_on_a_finer_grid_probabilities_are_interpolated_before_one_is_chosen(shape: tuple[int, int]) -> None:
    probabilities = RANDOM.dirichlet([1, 1, 1, 1], (6, 5)).astype(np.float32)
    expected = resize(probabilities, (*shape, 4), order=1, mode="edge").argmax(axis=-1)
    np.testing.assert_array_equal(most_probable(probabilities, shape), expected)


def test_a_class_comes_back_where_it_was_but_for_its_corners() -> None:
    codes = np.zeros((64, 96), np.int16)
    codes[16:40, 24:72] = 2
    shrunk = shrunk_codes(codes, (16, 16))
    assert shrunk.sum() == 2 * 6 * 8
    back = most_probable(np.eye(3, dtype=np.float32)[shrunk], codes.shape)
    corners = [(y, x) for y in (16, 39) for x in (24, 25, 70, 71)]
    assert [tuple(place) for place in np.argwhere(back != codes)] == corners


def test_numbers_of_classes_are_never_mixed() -> None:
    codes = RANDOM.integers(-1, 9, (40, 40)).astype(np.int16)
    assert set(shrunk_codes(codes, (7, 11)).ravel()) <= set(range(-1, 9))

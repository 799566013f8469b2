import numpy as np
import pytest

from coronal import BadImage, Geometry, Image, Meaning
from coronal.formats.label_numbers import LabelNumbers, stored_labels

PLACED = Geometry((1.0, 1.0), (0.0, 0.0, 0.0), ((0.0, 1.0), (1.0, 0.0), (0.0, 0.0)))
IMAGE = Image(np.zeros((2, 3), np.float32), PLACED)
LABELS = np.array([[0, 1, 2], [0, 0, 300]])


def numbers_of(*files, named=()):
    numbers = LabelNumbers(frozenset(named))
    for file in files:
        numbers.add(np.array(file))
    return numbers


@pytest.mark.parametrize("dtype", ["int16", "uint16", "int32", "uint64", "float16", "float32", "float64"])
def test_whole_numbers_of_any_type_are_labels(dtype):
    found = stored_labels(Image(LABELS.astype(dtype)), IMAGE)
    assert found.dtype == np.int32
    np.testing.assert_array_equal(found, LABELS)


SLICE = Geometry((5.0, 1.0, 1.0), PLACED.origin_mm, ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)))


def test_a_volume_of_one_slice_fits_its_plane_and_a_plane_its_volume_of_one_slice():
    volume = Image(np.zeros((1, 2, 3)), SLICE)
    np.testing.assert_array_equal(stored_labels(Image(LABELS[np.newaxis], SLICE), IMAGE), LABELS)
    np.testing.assert_array_equal(stored_labels(Image(LABELS, PLACED), volume), LABELS[np.newaxis])


def test_a_volume_of_one_slice_that_lies_elsewhere_than_the_plane_is_refused():
    elsewhere = Geometry(SLICE.spacing_mm, (0.0, 0.0, 9.0), SLICE.direction)
    with pytest.raises(BadImage, match="another origin"):
        stored_labels(Image(LABELS[np.newaxis], elsewhere), IMAGE)
    with pytest.raises(BadImage, match=r"shape \(2, 3\) like its image, found \(2, 2, 3\)"):
        stored_labels(Image(np.stack([LABELS, LABELS])), IMAGE)


def test_a_plane_that_lies_elsewhere_than_the_only_slice_is_refused():
    elsewhere = Geometry(PLACED.spacing_mm, (0.0, 0.0, 9.0), PLACED.direction)
    with pytest.raises(BadImage, match="another origin"):
        stored_labels(Image(LABELS, elsewhere), Image(np.zeros((1, 2, 3)), SLICE))


def test_bits_are_0_and_1():
    assert stored_labels(Image(LABELS > 0), IMAGE).tolist() == [[0, 1, 1], [0, 0, 1]]


def test_three_equal_channels_are_one():
    drawn = Image(np.stack([LABELS] * 3, axis=-1), has_channels=True, meaning=Meaning.COLOUR)
    np.testing.assert_array_equal(stored_labels(drawn, IMAGE), LABELS)


def test_colours_are_no_labels():
    drawn = Image(np.stack([LABELS, LABELS, LABELS + 1], axis=-1), has_channels=True)
    with pytest.raises(BadImage, match="one channel, found 3 that differ: colours are no labels"):
        stored_labels(drawn, IMAGE)


@pytest.mark.parametrize(
    ("values", "reported"),
    [
        (np.full((2, 3), 0.5), "whole numbers, 0 for the background, found 0.5"),
        (np.full((2, 3), np.nan), "whole numbers, 0 for the background, found nan"),
        (np.full((2, 3), np.inf), "whole numbers, 0 for the background, found inf"),
        (np.full((2, 3), -1, np.int16), "from 0 to 2147483647, found -1 to -1"),
        (np.full((2, 3), 2**31, np.int64), "from 0 to 2147483647, found 2.14748e.09 to"),
        (np.zeros((3, 2), np.uint8), r"shape \(2, 3\) like its image, found \(3, 2\)"),
    ],
    ids=["fraction", "nan", "infinity", "negative", "too-large", "shape"],
)
def test_other_values_are_refused(values, reported):
    with pytest.raises(BadImage, match=reported):
        stored_labels(Image(values), IMAGE)


@pytest.mark.parametrize(
    ("place", "reported"),
    [
        (Geometry((1.0, 2.0)), "spacing"),
        (Geometry((1.0, 1.0), None, ((1.0, 0.0), (0.0, 1.0), (0.0, 0.0))), "direction"),
        (Geometry((1.0, 1.0), (0.0, 0.5, 0.0)), "origin"),
        (Geometry((1.0, 1.0), (0.0, 0.15, 0.0)), "origin"),
    ],
    ids=["spacing", "direction", "origin", "origin, by a seventh of a pixel"],
)
def test_what_lies_elsewhere_is_refused(place, reported):
    with pytest.raises(BadImage, match=f"found another {reported}"):
        stored_labels(Image(np.zeros((2, 3), np.uint8), place), IMAGE)


def test_a_place_that_differs_by_rounding_is_the_same():
    near = Geometry((1.0001, 1.0), (0.01, 0.0, 0.0), PLACED.direction)
    assert stored_labels(Image(np.ones((2, 3), np.uint8), near), IMAGE).all()


@pytest.mark.parametrize("white", [255, 65535])
def test_white_is_label_1_where_the_whole_set_is_black_and_white(white):
    numbers = numbers_of([0, white], [white, white], [0, 0])
    assert numbers.labels(np.array([0, white, 0])).tolist() == [0, 1, 0]
    assert numbers.stored_as == {1: white}
    assert str(numbers) == f"1 = {white} in 2 files"
    assert not numbers.is_decided


@pytest.mark.parametrize(
    ("files", "reported"),
    [
        ([[0, 255], [0, 1, 2]], "1 in 1 file, 2 in 1 file, 255 in 1 file"),
        ([[0, 255], [128, 255]], "128 in 1 file, 255 in 2 files"),
        ([[0, 1, 255], [255]], "1 in 1 file, 255 in 2 files"),
        ([[255], [65535]], "255 in 1 file, 65535 in 1 file"),
        ([[0, 1], [1]], "1 in 2 files"),
        ([[0]], "none"),
    ],
    ids=["a-file-of-two", "grey", "both-in-one", "two-whites", "ones", "empty"],
)
def test_one_file_of_other_numbers_makes_white_a_label_in_all(files, reported):
    numbers = numbers_of(*files)
    numbers.check()
    assert (numbers.white, numbers.stored_as, str(numbers)) == (None, {}, reported)
    np.testing.assert_array_equal(numbers.labels(np.array([0, 255])), [0, 255])


def test_white_that_has_a_name_is_a_label_as_it_is():
    assert numbers_of([0, 255], named={255}).white is None
    assert numbers_of([0, 255], named={1}).white == 255


def test_1_in_some_files_and_white_in_others_is_refused_where_nothing_else_tells():
    with pytest.raises(BadImage, match="found 1 in 2 files and 255 in 1 file, and no file with both"):
        numbers_of([0, 1], [0, 255], [1]).check()
    numbers_of([0, 1], [0, 255], [1, 255]).check()
    numbers_of([0, 1], [0, 255], named={255}).check()


def test_the_first_number_that_is_not_white_decides():
    assert [numbers_of(one).is_decided for one in ([0], [0, 255], [0, 1], [1, 255])] == [
        False,
        False,
        True,
        True,
    ]


def test_indices_of_a_palette_are_reported():
    numbers = LabelNumbers()
    numbers.add(np.array([0, 2]), Meaning.INDEX)
    numbers.add(np.array([0, 2]))
    assert str(numbers) == "2 in 2 files, indices of a palette in 1 file"


def test_of_many_numbers_some_are_reported():
    assert str(numbers_of(range(100))).endswith(", 20 in 1 file, 79 more")

import numpy as np
import pytest
from numpy.typing import NDArray

from coronal import BadImage, Geometry, Image, LabelMap

IMAGE = Image(np.zeros((2, 3)), Geometry((0.5, 0.5)))


@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint8, np.uint16, np.int64, np.uint64, ">i2"])
def test_any_whole_type_is_taken_and_kept_as_int32(dtype: str) -> None:
    labels = LabelMap.of(IMAGE, np.array([[0, 1, 1], [0, 0, 1]]).astype(dtype))
    assert labels.labels.dtype == np.int32
    np.testing.assert_array_equal(labels.labels, [[0, 1, 1], [0, 0, 1]])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        pytest.param(np.full((2, 3), 0.7), "whole numbers in 2-D or 3-D, found float64", id="probabilities"),
        pytest.param(np.full((2, 3), np.nan), "whole numbers", id="NaN"),
        pytest.param(np.full((2, 3), -1), "from 0 to 2147483647, found -1 to -1", id="negative"),
        pytest.param(np.full((2, 3), 2**32 + 5), "found 4294967301", id="wraps around to 5"),
        pytest.param(np.full((2, 3), 2**64 - 1, np.uint64), "from 0 to 2147483647", id="wraps around to -1"),
    ],
)
def test_what_is_no_label_is_refused_and_never_cut_to_fit(values: NDArray[np.float64], message: str) -> None:
    with pytest.raises(BadImage, match=message):
        LabelMap.of(IMAGE, values)
    with pytest.raises(BadImage, match=message):
        LabelMap(values)  # type: ignore[arg-type]


@pytest.mark.parametrize("shape", [(4,), (0, 3), (1, 1, 1, 1)])
def test_labels_are_of_a_plane_or_a_volume(shape: tuple[int, ...]) -> None:
    with pytest.raises(BadImage, match="2-D or 3-D"):
        LabelMap(np.zeros(shape, np.int32))


def test_the_label_map_of_an_image_has_its_geometry() -> None:
    labels = LabelMap.of(IMAGE, np.ones((2, 3), bool), {1: "vessel"})
    assert labels.geometry == IMAGE.geometry
    assert labels.names == {1: "vessel"}


def test_the_label_map_of_an_image_of_channels_is_without_channels() -> None:
    colour = Image(np.zeros((2, 3, 3)), has_channels=True)
    assert LabelMap.of(colour, np.zeros((2, 3), int)).shape == (2, 3)


def test_labels_of_another_shape_than_the_image_are_refused() -> None:
    with pytest.raises(BadImage, match=r"shape \(2, 3\) like the image, found \(3, 2\)"):
        LabelMap.of(IMAGE, np.zeros((3, 2), int))


def test_a_geometry_of_another_dimension_is_refused() -> None:
    with pytest.raises(BadImage, match=r"2 dimensions like the labels, found Geometry"):
        LabelMap(np.zeros((2, 2), np.int32), Geometry((1.0, 1.0, 1.0)))


def test_the_background_is_not_counted_and_gaps_are_no_objects() -> None:
    assert LabelMap(np.array([[0, 7], [7, 9]], np.int32)).count == 2
    assert LabelMap(np.zeros((2, 2), np.int32)).count == 0
    assert LabelMap(np.ones((2, 2), np.int32)).count == 1


def test_its_labels_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        LabelMap(np.zeros((2, 2), np.int32)).labels[0, 0] = 1


@pytest.mark.parametrize("largest", [3, 2_000_000_000], ids=["dense", "sparse"])
def test_labels_are_counted_each_once_and_without_the_background(largest: int) -> None:
    assert LabelMap(np.array([[0, 1, 1], [0, 2, largest]])).count == 3
    assert LabelMap(np.array([[1, 1], [largest, largest]])).count == 2
    assert LabelMap(np.zeros((2, 2), np.uint8)).count == 0


def test_it_knows_its_smallest_and_its_largest_label() -> None:
    assert LabelMap(np.array([[3, 7], [7, 9]])).extremes == (3, 9)
    assert LabelMap(np.zeros((2, 2), bool)).extremes == (0, 0)
    assert LabelMap(np.array([[3, 7]])).with_labels(np.array([[0, 1]])).extremes == (0, 1)

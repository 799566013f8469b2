import numpy as np
import pytest

from coronal import BadImage, Geometry, Image, Meaning, Reference
from coronal.formats.reference_labels import describe_reference, reference_of

LPS = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))
PLACE = Geometry((2.0, 0.5, 0.5), (-10.0, 5.0, 30.0), LPS)
SOURCE = Image(np.zeros((3, 4, 5), np.int16), PLACE)
LABELS = np.arange(60).reshape(3, 4, 5) % 3


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint32", "float32", "float64"])
@pytest.mark.parametrize(
    "place", [PLACE, Geometry(), Geometry((2.0, 0.5, 0.5))], ids=["same", "none", "spacing"]
)
def test_whole_numbers_become_labels_on_the_grid_of_the_source(dtype: str, place: Geometry) -> None:
    reference = reference_of(Image(LABELS.astype(dtype), place), SOURCE)
    assert isinstance(reference, Reference)
    assert reference.geometry == PLACE
    np.testing.assert_array_equal(reference.labels, LABELS)


@pytest.mark.parametrize("white", [np.uint8(255), np.uint16(65535), np.float32(255)])
def test_a_mask_of_black_and_white_has_label_1(white: np.number) -> None:
    reference = reference_of(Image((LABELS > 0) * white, PLACE), SOURCE)
    np.testing.assert_array_equal(reference.labels, LABELS > 0)
    assert reference.stored_as == {1: white}
    assert reference_of(Image(LABELS > 0, PLACE), SOURCE).stored_as == {}


@pytest.mark.parametrize(
    ("drawn", "reported"),
    [
        (Image(LABELS), "2 labels from 1 to 2"),
        (Image(LABELS, meaning=Meaning.INDEX), "2 labels from 1 to 2, indices of a palette"),
        (Image((LABELS > 0).astype(np.uint8) * 255), "label 1 = 255"),
        (Image(LABELS * 0), "no label"),
        (Image((LABELS > 0) * 7), "1 label from 7 to 7"),
    ],
    ids=["labels", "palette", "mask", "empty", "one"],
)
def test_what_was_understood_is_described(drawn: Image, reported: str) -> None:
    assert describe_reference(reference_of(drawn, SOURCE), drawn) == reported


def test_places_that_differ_by_the_rounding_of_a_format_are_the_same() -> None:
    rounded = Geometry((2.0, 0.50001, 0.5), (-10.0, 5.001, 30.0), LPS)
    assert reference_of(Image(LABELS, rounded), SOURCE).geometry == PLACE


@pytest.mark.parametrize(
    ("drawn", "message"),
    [
        (Image(np.zeros((4, 5), np.uint8)), r"of shape \(3, 4, 5\) like its image, found \(4, 5\)"),
        (Image(np.arange(180).reshape(3, 4, 5, 3), has_channels=True), "one channel, found 3 that differ"),
        (Image(LABELS + 0.5), "whole numbers, 0 for the background, found 0.5"),
        (Image(LABELS - 1), "from 0 to 2147483647, found -1 to 1"),
        (Image(LABELS * 2.0**31), "found 0 to 4.29497e"),
        (Image(np.where(LABELS == 2, np.nan, 1.0)), "whole numbers, 0 for the background, found nan"),
        (Image(LABELS, Geometry((2.0, 0.5, 0.6), (-10.0, 5.0, 30.0), LPS)), "found another spacing"),
        (Image(LABELS, Geometry((2.0, 0.5, 0.5), (-10.0, 5.0, 31.0), LPS)), "found another origin"),
        (
            Image(LABELS, Geometry((2.0, 0.5, 0.5), (-10.0, 5.0, 30.0), (*LPS[:2], (-1.0, 0.0, 0.0)))),
            "found another direction",
        ),
    ],
    ids=["shape", "colour", "fractions", "negative", "large", "NaN", "spacing", "origin", "direction"],
)
def test_what_is_no_label_map_of_the_image_is_refused(drawn: Image, message: str) -> None:
    with pytest.raises(BadImage, match=message):
        reference_of(drawn, SOURCE)

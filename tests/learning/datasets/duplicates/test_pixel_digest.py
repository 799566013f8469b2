"""The digest by which an image is known again."""

import numpy as np
import pytest

from coronal import Geometry, Image, Meaning
from coronal_learning.datasets.duplicates.pixel_digest import is_flat, pixel_digest

GREY = np.random.default_rng(0).integers(0, 200, (5, 7), dtype=np.uint8)
COLOUR = np.random.default_rng(1).integers(0, 200, (5, 7, 3), dtype=np.uint8)
INSIDE = GREY > 20


def coloured(pixels: np.ndarray) -> Image:
    return Image(pixels, has_channels=True, meaning=Meaning.COLOUR)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Image(GREY), Image(GREY.astype(np.int16), Geometry((1.0, 2.0)), modality="CT")),
        (Image(GREY), Image(GREY.astype(np.float32))),
        (Image(GREY), Image(np.asfortranarray(GREY))),
        (Image(GREY), coloured(np.repeat(GREY[..., np.newaxis], 3, axis=2))),
        (coloured(COLOUR), coloured(np.dstack([COLOUR, np.full((5, 7), 255, np.uint8)]))),
        (Image(GREY / 3), Image((GREY / 3)[:, ::-1][:, ::-1])),
        (Image(GREY * np.float32(0.5)), Image(GREY * 0.5)),
        (Image(np.array([[0.0, 0.5]])), Image(np.array([[-0.0, 0.5]]))),
        (Image(np.array([[np.nan, 1.0]])), Image(np.array([[-np.nan, 1.0]], np.float32))),
        (Image(GREY, valid=INSIDE), Image(np.where(INSIDE, GREY, 0), valid=INSIDE)),
    ],
    ids=[
        "type",
        "float",
        "layout",
        "three channels",
        "opacity",
        "view",
        "precision",
        "zero",
        "NaN",
        "padding",
    ],
)
def test_the_same_values_have_the_same_digest_whatever_they_are_kept_in(one: Image, other: Image) -> None:
    assert pixel_digest(one) == pixel_digest(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Image(GREY), Image(GREY.T)),
        (Image(GREY), Image(GREY.reshape(7, 5))),
        (Image(GREY), Image(GREY + np.eye(5, 7, dtype=np.uint8))),
        (Image(GREY), Image(GREY / 255)),
        (Image(np.array([[0, 200]], np.uint8)), Image(np.array([[0, -56]], np.int8))),
        (Image(GREY), Image(GREY, valid=INSIDE)),
        (coloured(COLOUR), coloured(COLOUR[..., ::-1])),
        (Image(np.array([[2.0**63]])), Image(np.array([[2.0**64]]))),
    ],
    ids=["turned", "shape", "one more", "scaled", "the same bytes", "padding", "colours", "huge"],
)
def test_other_values_have_another(one: Image, other: Image) -> None:
    assert pixel_digest(one) != pixel_digest(other)


@pytest.mark.parametrize("dtype", [np.int32, np.float32, np.float64])
def test_a_large_image_is_digested_in_parts_to_the_same(dtype: type, monkeypatch: pytest.MonkeyPatch) -> None:
    volume = Image((np.random.default_rng(2).normal(0, 99, (7, 9, 11))).astype(dtype))
    whole = pixel_digest(volume)
    monkeypatch.setattr("coronal_learning.datasets.duplicates.pixel_digest._BLOCK", 150)
    assert pixel_digest(volume) == whole


def test_an_image_of_one_value_is_flat_also_where_its_padding_has_another() -> None:
    inside = np.array([[True, True, False]])
    assert is_flat(Image(np.array([[7, 7, 9]]), valid=inside))
    assert is_flat(coloured(np.full((2, 2, 3), (1, 2, 3))))
    assert not is_flat(Image(np.array([[7, 7, 9]])))
    assert not is_flat(coloured(COLOUR))

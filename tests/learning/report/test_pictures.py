"""Images as small pictures."""

import numpy as np
import pytest

from coronal import Geometry, Image, LabelMap, Meaning
from coronal_learning.report.pictures import picture


@pytest.mark.parametrize(
    ("pixels", "more", "shape"),
    [
        (np.zeros((10, 20), np.uint8), {}, (84, 168, 3)),
        (np.zeros((10, 20), np.uint8), {"geometry": Geometry((2.0, 1.0))}, (168, 168, 3)),
        (np.zeros((5, 600, 300), np.int16), {}, (168, 84, 3)),
        (np.full((9, 9), np.nan), {}, (168, 168, 3)),
        (np.zeros((9, 9, 2), np.float32), {"has_channels": True}, (168, 168, 3)),
        (np.zeros((9, 9), bool), {}, (168, 168, 3)),
    ],
    ids=["plane", "spacing", "volume", "no-number", "channels", "bool"],
)
def test_any_image_becomes_a_small_picture_in_its_proportions(
    pixels: np.ndarray, more: dict[str, object], shape: tuple[int, ...]
) -> None:
    assert picture(Image(pixels, **more)).shape == shape


def test_colours_stay_as_they_are() -> None:
    red = np.zeros((4, 4, 3), np.uint8)
    red[..., 0] = 200
    assert np.unique(picture(Image(red, has_channels=True, meaning=Meaning.COLOUR))[..., 0]).tolist() == [200]


def test_hounsfield_units_are_shown_in_a_window_of_soft_tissue() -> None:
    drawn = picture(Image(np.array([[-1000, 40], [240, 3000]], np.int16), meaning=Meaning.HOUNSFIELD))
    assert [drawn[y, x, 0] for y, x in ((0, 0), (0, -1), (-1, 0), (-1, -1))] == [0, 128, 255, 255]


def test_of_a_volume_the_plane_is_shown_in_which_most_is_labelled() -> None:
    pixels = np.zeros((5, 30, 30), np.uint8)
    pixels[1, :, 15:] = 255
    labels = np.zeros_like(pixels)
    labels[1, 5:9, 5:9] = 1
    empty = LabelMap(np.zeros_like(pixels))
    image = Image(pixels)
    assert picture(image, (LabelMap(labels), empty))[-1, -1, 0] == 255
    assert picture(image, (empty, empty))[-1, -1, 0] == 0


def test_an_axial_plane_is_shown_as_a_radiologist_holds_it() -> None:
    # Rows run to the front and columns to the left: with the nose up, the front is at the top.
    pixels = np.zeros((1, 8, 8), np.uint8)
    pixels[0, -1, :] = 255
    direction = ((0.0, 0.0, 1.0), (0.0, -1.0, 0.0), (1.0, 0.0, 0.0))
    shown = picture(Image(pixels, Geometry((1.0, 1.0, 1.0), direction=direction)))
    assert (shown[0, 0, 0], shown[-1, 0, 0]) == (255, 0)

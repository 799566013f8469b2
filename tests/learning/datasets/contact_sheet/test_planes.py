import numpy as np
import pytest

from coronal import Geometry, Image, LabelMap, Meaning
from coronal_learning.datasets.contact_sheet.planes import plane_of, to_rgb

PIXELS = np.arange(24, dtype=np.int16).reshape(2, 3, 4)


def placed(down, right):
    """A geometry whose rows and columns grow in these directions of LPS."""
    return Geometry((1.0, 1.0), (0.0, 0.0, 0.0), tuple(zip(down, right, strict=True)))


@pytest.mark.parametrize(
    ("down", "right", "shown"),
    [
        ((0.0, 1.0, 0.0), (1.0, 0.0, 0.0), (slice(None), slice(None))),
        ((0.0, -1.0, 0.0), (1.0, 0.0, 0.0), (slice(None, None, -1), slice(None))),
        ((0.0, 0.0, 1.0), (-1.0, 0.0, 0.0), (slice(None, None, -1), slice(None, None, -1))),
        ((0.0, 0.0, -1.0), (0.0, 1.0, 0.0), (slice(None), slice(None))),
    ],
    ids=["axial", "axial-from-below", "coronal-head-down", "sagittal"],
)
def test_the_patients_front_and_head_are_above_and_the_right_is_on_the_left(down, right, shown):
    plane = plane_of(Image(PIXELS[0], placed(down, right)))
    assert (plane.pixels == PIXELS[0][shown]).all()


def test_a_volume_is_shown_by_its_middle_plane():
    assert (plane_of(Image(np.concatenate([PIXELS, PIXELS]))).pixels == PIXELS[0]).all()


def test_a_drawn_volume_is_shown_where_most_is_of_the_label():
    labels = np.zeros(PIXELS.shape, np.int32)
    labels[0, 0, :3] = 1
    labels[1, 0, :1], labels[1, 1, :] = 1, 2
    image = Image(PIXELS)
    for label, place in ((1, 0), (2, 1)):
        plane = plane_of(image, LabelMap.of(image, labels), label)
        assert (plane.pixels == PIXELS[place]).all()
        assert (plane.drawn == (labels[place] == label)).all()


def test_a_plane_is_as_large_as_its_spacing_says():
    assert plane_of(Image(PIXELS, Geometry((5.0, 2.0, 0.5)))).size == (6.0, 2.0)


def test_colours_of_bytes_stay_what_they_are():
    colours = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    assert (to_rgb(colours, Meaning.COLOUR) == colours).all()


def test_grey_goes_from_the_darkest_to_the_brightest():
    ramp = np.linspace(-1000.0, 3000.0, 256).reshape(16, 16)
    shown = to_rgb(ramp, Meaning.HOUNSFIELD)
    assert shown.shape == (16, 16, 3)
    assert (shown.min(), shown.max()) == (0, 255)
    np.testing.assert_allclose(shown[..., 0].ravel(), np.arange(256), atol=3)


@pytest.mark.parametrize("value", [7.0, np.nan, np.inf], ids=str)
def test_an_image_of_one_value_or_of_none_is_black_or_white_without_a_warning(value):
    assert set(np.unique(to_rgb(np.full((3, 3), value), Meaning.INTENSITY)).tolist()) <= {0, 255}


def test_of_other_numbers_of_channels_the_mean_is_shown():
    stains = np.stack([np.arange(4.0).reshape(2, 2)] * 2, axis=-1)
    shown = to_rgb(stains, Meaning.INTENSITY)
    assert (shown == to_rgb(stains[..., 0], Meaning.INTENSITY)).all()

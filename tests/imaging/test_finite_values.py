"""The values that can be worked on where an algorithm looks at neighbours."""

import numpy as np
import pytest

from coronal import Geometry, Image, Meaning
from coronal_imaging.finite_values import finite_values


@pytest.mark.parametrize("dtype", [np.bool_, np.uint8, np.int16, np.int64, np.float32, ">f8", np.float16])
def test_any_type_is_stretched_from_0_to_1(dtype: str) -> None:
    values = finite_values(Image(np.array([[0, 1, 1, 0]]).astype(dtype)))
    assert values is not None
    assert values.stretched().tolist() == [[0, 1, 1, 0]]
    assert values.stretched().dtype == np.float32


def test_what_is_no_number_has_the_value_of_its_nearest_neighbour_in_mm() -> None:
    pixels = np.array([[7.0, 9.0, 9.0], [np.nan, np.inf, 1.0], [5.0, 5.0, 5.0]])
    values = finite_values(Image(pixels, Geometry((1.0, 3.0))))
    assert values is not None
    assert values.pixels[1].tolist()[0] in (7.0, 5.0)
    assert (values.low, values.high) == (1.0, 9.0)
    assert values.is_number.sum() == 7


def test_channels_are_stretched_together_and_opacity_is_left_out() -> None:
    rgba = np.array([[[0, 50, 100, 255], [10, 20, 30, 0]]], np.uint8)
    values = finite_values(Image(rgba, has_channels=True, meaning=Meaning.COLOUR), channels=True)
    assert values is not None
    assert values.stretched().tolist() == [[[0, 0.5, 1], pytest.approx([0.1, 0.2, 0.3])]]


@pytest.mark.parametrize("value", [0.0, 1e38, -7.5, np.nan, np.inf])
def test_one_value_is_none_to_work_on(value: float) -> None:
    assert finite_values(Image(np.full((3, 3), value))) is None

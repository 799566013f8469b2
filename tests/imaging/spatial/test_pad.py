"""An image with more around it."""

import numpy as np
import pytest

from coronal import BadParameter, Geometry, Image, Meaning
from coronal_imaging.spatial.pad import pad


@pytest.mark.parametrize(
    ("beyond", "mode"), [("edge", "edge"), ("mirror", "symmetric"), ("fill", "constant")]
)
def test_it_is_numpys_pad(plane: Image, beyond: str, mode: str) -> None:
    expected = np.pad(plane.pixels, ((60, 3), (0, 4)), mode=mode)  # type: ignore[call-overload]  # a choice
    result = pad(plane, x=(0, 4), y=(60, 3), beyond=beyond)  # type: ignore[arg-type]  # a choice
    np.testing.assert_array_equal(result.pixels, expected)


def test_widths_are_in_mm(ct: Image) -> None:
    assert pad(ct, x=(5, 0), y=(5, 0), z=(5, 0)).shape == (8 + 1, 20 + 10, 24 + 5)


def test_a_margin_before_the_first_pixel_moves_the_origin() -> None:
    geometry = Geometry((1.0, 0.5), (10.0, 20.0, 30.0), ((0.0, 1.0), (1.0, 0.0), (0.0, 0.0)))
    assert pad(Image(np.zeros((9, 9)), geometry), x=(2, 7), y=(3, 0)).geometry.origin_mm == (8.0, 17.0, 30.0)


def test_around_ct_is_air(ct: Image) -> None:
    assert pad(ct).pixels[0, 0, 0] == -1000
    unsigned = Image(np.full((3, 3), 40, np.uint16), meaning=Meaning.HOUNSFIELD)
    assert pad(unsigned).pixels[0, 0] == 0


@pytest.mark.parametrize(
    ("dtype", "fill"), [(np.uint8, 256.0), (np.uint8, -1.0), (np.int16, 0.5), (bool, 2.0)]
)
def test_a_fill_that_the_type_does_not_hold_is_refused(dtype: type, fill: float) -> None:
    with pytest.raises(
        BadParameter, match=f"fill must be a value that {np.dtype(dtype)} can hold, found {fill:g}"
    ):
        pad(Image(np.zeros((3, 3), dtype)), fill=fill)


def test_channels_are_not_padded(retina: Image) -> None:
    result = pad(retina, x=(1, 1), y=(0, 0), fill=255.0)
    assert result.pixels.shape == (160, 202, 3)
    assert (result.pixels[:, 0] == 255).all()


def test_a_margin_that_no_memory_holds_is_refused() -> None:
    with pytest.raises(
        BadParameter, match="at most 268,435,456 values, found one that makes 40,000 × 20,000"
    ):
        pad(Image(np.zeros((20_000, 2), np.uint8)), x=(9_999, 9_999), y=(10_000, 10_000))

import numpy as np
import pytest

from coronal_formats.rendering.heat import AGAINST, FOR, heated


def luminance(colour: tuple[int, int, int]) -> float:
    """The relative luminance of sRGB, as of WCAG 2.2."""
    linear = [((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


def test_for_and_against_are_about_equally_bright() -> None:
    assert luminance(FOR) == pytest.approx(luminance(AGAINST), rel=0.3)


@pytest.mark.parametrize("ground", [0, 128, 255])
@pytest.mark.parametrize("sign", [1, -1])
def test_more_heat_is_more_colour_on_dark_and_on_bright(ground: int, sign: int) -> None:
    heat = sign * np.linspace(0, 1, 11, dtype=np.float32)[None]
    shown = heated(np.full((1, 11, 3), ground, np.uint8), heat)[0].astype(int)
    orange = sign * (shown[:, 0] - shown[:, 2])
    assert orange[0] == 0
    assert (np.diff(orange) > 0).all()


def test_a_picture_in_colour_becomes_grey_where_there_is_no_heat() -> None:
    retina = np.full((2, 2, 3), (220, 90, 60), np.uint8)
    assert np.ptp(heated(retina, np.zeros((2, 2), np.float32)), axis=-1).max() == 0

import numpy as np
import pytest
from numpy.typing import NDArray

from coronal import Explanation, Geometry, Image, Meaning, Prediction
from coronal.testing.cases import degenerate_cases, good_cases
from coronal_formats.rendering.explained import explained
from coronal_formats.rendering.heat import AGAINST, FOR

PREDICTION = Prediction(("benign", "malignant"), (0.1, 0.9))
GREY = Image(np.full((40, 40), 100, np.uint8))
CASES = [*good_cases((2, 3)), *degenerate_cases((2, 3))]


def drawn(image: Image, heat: NDArray[np.float32], prediction: Prediction = PREDICTION) -> NDArray[np.int64]:
    explanation = Explanation(image, image.with_pixels(heat, meaning=Meaning.INTENSITY))
    return np.asarray(explained("forest", prediction, explanation)).astype(int)


def one_place(value: float, place: tuple[int, ...] = (10, 30)) -> NDArray[np.float32]:
    heat = np.zeros(GREY.shape, np.float32)
    heat[place] = value
    return heat


def where(picture: NDArray[np.int64], *, is_orange: bool) -> NDArray[np.intp]:
    """Where colour is: not the ground of the page and the letters, which are a little blue."""
    difference = picture[..., 0] - picture[..., 2]
    return np.argwhere(difference > 20 if is_orange else difference < -20)


def swatches(picture: NDArray[np.int64]) -> set[tuple[int, int, int]]:
    """Which of the two colours stand in the caption; over the image they are never full."""
    return {colour for colour in (FOR, AGAINST) if (picture == colour).all(axis=-1).any()}


@pytest.mark.parametrize("image", [pytest.param(case.image, id=name) for name, case in CASES])
def test_every_image_gives_a_picture_that_fits_a_screen(image: Image) -> None:
    heat = np.random.default_rng(0).uniform(-1, 1, image.shape).astype(np.float32)
    height, width, _ = drawn(image, heat).shape
    assert 360 <= width <= 1600
    assert height <= 1400


def test_the_heat_is_where_it_was_found_and_beside_the_image_as_it_was_seen() -> None:
    found = where(drawn(GREY, one_place(0.3)), is_orange=True)
    in_panel = found[found[:, 0] < 780]  # above the caption
    # A pixel of 40 is 19.2 wide; behind the margin, the first panel and the gap; below heading and title.
    scale, left, top = 768 / 40, 16 + 768 + 12, 16 + 2 * 24
    np.testing.assert_allclose(in_panel.mean(axis=0), [top + 10.5 * scale, left + 30.5 * scale], atol=6)


@pytest.mark.parametrize(
    ("value", "colours"), [(0.3, {FOR}), (-0.3, {AGAINST}), (0.0, set())], ids=["for", "against", "none"]
)
def test_the_caption_tells_the_colours_that_are_there(
    value: float, colours: set[tuple[int, int, int]]
) -> None:
    assert swatches(drawn(GREY, one_place(value))) == colours


def test_both_colours_are_to_one_scale() -> None:
    heat = one_place(1.0)
    heat[30, 10] = -0.5
    picture = drawn(GREY, heat)[:780]
    orange, blue = (
        np.abs(picture[..., 0] - picture[..., 2])[tuple(where(picture, is_orange=side).T)].max()
        for side in (True, False)
    )
    assert orange / (255 - 0) == pytest.approx(2 * blue / (255 - 64), rel=0.05)


@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_the_largest_heat_is_the_fullest_colour_whatever_its_unit(factor: float) -> None:
    whole, scaled = (drawn(GREY, one_place(value)) for value in (1.0, factor))
    np.testing.assert_array_equal(whole[:780], scaled[:780])


def test_no_heat_leaves_the_image_grey_and_is_reported() -> None:
    nothing, something = drawn(GREY, one_place(0.0)), drawn(GREY, one_place(1e-9))
    assert where(nothing, is_orange=True).size == 0
    assert (nothing[790:] != something[790:]).any()


def test_what_is_not_finite_is_no_heat() -> None:
    heat = one_place(0.5)
    heat[0, :3] = np.nan, np.inf, -np.inf
    np.testing.assert_array_equal(drawn(GREY, heat), drawn(GREY, one_place(0.5)))


def test_of_a_volume_the_planes_are_where_the_heat_is_strongest() -> None:
    volume = Image(np.full((20, 24, 28), 100, np.uint8), Geometry((2.0, 1.0, 1.0)))
    heat = np.zeros(volume.shape, np.float32)
    heat[:5] = 0.2
    heat[15:17, 3:6, 20:24] = -1.0
    picture = drawn(volume, heat)
    # Seen in each of the three planes of the lower row.
    blue = where(picture[: picture.shape[0] - 60], is_orange=False)
    columns = np.unique(blue[:, 1])
    assert 1 + np.count_nonzero(np.diff(columns) > 20) == 3


def test_heat_shows_on_a_colour_image_as_on_a_grey_one() -> None:
    pixels = np.full((40, 40, 3), (220, 90, 60), np.uint8)
    retina = Image(pixels, has_channels=True, meaning=Meaning.COLOUR)
    heated_half = drawn(retina, one_place(1.0))[:, 16 + 768 + 12 :]
    found = where(heated_half[:780], is_orange=True)
    assert 0 < len(found) < 40 * 40


def test_a_name_of_any_length_and_script_is_drawn_within_the_page() -> None:
    short, long = (
        drawn(GREY, one_place(1.0), Prediction((name, "other"), (0.9, 0.1)))
        for name in ("a", "良性\n\ud800" * 300)
    )
    assert short.shape == long.shape

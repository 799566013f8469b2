"""Ellipses, recognised by their edges."""

import numpy as np
import pytest
from phantoms import ball
from skimage import data
from skimage.draw import ellipse
from skimage.feature import canny
from skimage.measure import EllipseModel

from coronal import Geometry, Image
from coronal_imaging.shapes.ellipses import _Ellipse, ellipses


def drawn(shape: tuple[int, int], *tilted: tuple[float, ...]) -> np.ndarray:
    pixels = np.zeros(shape)
    for y, x, half_y, half_x, angle in tilted:
        pixels[ellipse(y, x, half_y, half_x, shape, angle)] = 100
    return pixels


def test_the_fit_is_that_of_the_library() -> None:
    pixels = drawn((80, 100), (40, 50, 15, 30, 0.4))
    model = EllipseModel.from_estimate(np.argwhere(canny(pixels, 1.0)).astype(float))
    labels = ellipses(Image(pixels))
    long, short = sorted(model.axis_lengths, reverse=True)
    assert labels.names == {1: f"ellipse, half-axes {long:.3g} px and {short:.3g} px"}
    np.testing.assert_allclose(np.mean(np.nonzero(labels.labels), axis=1), model.center, atol=0.1)


def test_tilted_ellipses_have_their_known_area_and_squares_are_none() -> None:
    pixels = drawn((100, 140), (30, 35, 12, 25, 0.5), (70, 100, 20, 10, -0.3))
    pixels[70:95, 20:45] = 100
    pixels += np.random.default_rng(0).normal(0, 2, pixels.shape)
    labels = ellipses(Image(pixels), deviation=0.05)
    areas = np.bincount(labels.labels.ravel())[1:]
    assert areas == pytest.approx([np.pi * 12 * 25, np.pi * 20 * 10], rel=0.05)


def test_a_disc_in_mm_of_oblong_pixels_is_round() -> None:
    inside = ball((60, 120), (30, 30), 15, (1.0, 0.5))
    labels = ellipses(Image(inside * 100, Geometry((1.0, 0.5))))
    assert labels.count == 1
    long, short = (
        float(words.split()[0])
        for words in labels.names[1].removeprefix("ellipse, half-axes ").split(" and ")
    )
    assert (long, short) == pytest.approx((15, 15), abs=0.6)
    assert np.count_nonzero(labels.labels ^ inside) < 0.05 * np.count_nonzero(inside)


def test_a_perfect_circle_has_no_angle_and_is_found() -> None:
    assert ellipses(Image(ball((61, 61), (30, 30), 20) * 100.0)).count == 1


@pytest.mark.parametrize(("sectors", "is_drawn"), [(15, False), (17, True)])
def test_two_thirds_of_its_line_must_be_there(sectors: int, is_drawn: bool) -> None:
    angles = np.radians(np.arange(0.5, 360 * sectors / 24))
    places = np.stack([20 * np.sin(angles), 10 * np.cos(angles)], axis=1)
    ellipse = _Ellipse(np.zeros(2), (20.0, 10.0), np.eye(2))
    assert ellipse.is_drawn_by(places, 0.05) is is_drawn


def test_most_coins_are_found() -> None:
    assert ellipses(Image(data.coins()), min_radius=15.0).count >= 22


def test_sizes_beyond_those_asked_for_are_left_out() -> None:
    pixels = drawn((80, 160), (40, 30, 10, 20, 0), (40, 110, 30, 35, 0))
    assert ellipses(Image(pixels), max_radius=25.0).count == 1
    assert ellipses(Image(pixels), min_radius=15.0).count == 1

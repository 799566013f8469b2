"""Circles, recognised by their edges."""

import numpy as np
import pytest
from phantoms import ball
from skimage import data
from skimage.feature import canny
from skimage.transform import hough_circle, hough_circle_peaks

from coronal import BadParameter, Geometry, Image
from coronal_imaging.shapes.circles import circles


def dice(one: np.ndarray, other: np.ndarray) -> float:
    return 2 * np.count_nonzero(one & other) / (np.count_nonzero(one) + np.count_nonzero(other))


def test_the_best_is_that_of_the_library() -> None:
    disc = ball((80, 100), (40, 55), 22) * 100.0
    votes = hough_circle(canny(disc, 2.0), np.arange(10, 31))
    _, x, y, radius = hough_circle_peaks(votes, np.arange(10, 31), total_num_peaks=1)
    labels = circles(Image(disc))
    places = np.nonzero(labels.labels)
    assert labels.count == 1
    assert (np.mean(places, axis=1) == (y[0], x[0])).all()
    assert abs(len(places[0]) / np.pi - radius[0] ** 2) < 3 * radius[0]


@pytest.mark.parametrize("spacing", [(0.5, 0.5), (1.0, 0.5)], ids=["square", "oblong"])
def test_discs_that_touch_and_are_cut_are_found_with_their_radii_in_mm(spacing: tuple[float, float]) -> None:
    shape = (round(50 / spacing[0]), round(100 / spacing[1]))
    discs = [ball(shape, (25, x), r, spacing) for x, r in ((20, 12), (44, 12), (96, 8))]
    noise = np.random.default_rng(0).normal(0, 3, shape)
    labels = circles(
        Image(np.any(discs, axis=0) * 100 + noise, Geometry(spacing)),
        min_radius=6.0,
        max_radius=15.0,
        smoothing=1.0,
    )
    assert labels.count == 3
    for disc, radius in zip(discs, (12, 12, 8), strict=True):
        number = np.bincount(labels.labels[disc]).argmax()
        assert dice(labels.labels == number, disc) > 0.93
        name = labels.names[number]
        assert float(name.removeprefix("circle, radius ").removesuffix(" mm")) == pytest.approx(
            radius, abs=0.75
        )


def test_all_24_coins_are_found() -> None:
    labels = circles(Image(data.coins()))
    assert labels.count == 24


def test_more_votes_than_can_be_counted_are_refused() -> None:
    noise = Image(np.random.default_rng(0).integers(0, 255, (500, 500)).astype(np.uint8))
    with pytest.raises(BadParameter, match="max_radius must be nearer to min_radius, or contrast higher"):
        circles(noise, min_radius=1.0, max_radius=1000.0, smoothing=0.0)


def test_radii_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(BadParameter, match=r"max_radius must be ≥ min_radius \(20\), found 10"):
        circles(Image(np.eye(9)), min_radius=20.0, max_radius=10.0)

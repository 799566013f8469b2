"""Straight lines, recognised by their edges."""

import numpy as np
import pytest
from skimage.draw import line
from skimage.transform import probabilistic_hough_line

from coronal import Context, Geometry, Image
from coronal_imaging.shapes.canny_edges import canny_edges
from coronal_imaging.shapes.lines import lines


def steps(shape: tuple[int, int]) -> np.ndarray:
    pixels = np.zeros(shape)
    pixels[:, shape[1] // 3 :] = 50
    pixels[2 * shape[0] // 3 :, shape[1] // 3 :] = 100
    return pixels


def test_they_are_those_of_the_library() -> None:
    pixels = steps((60, 90))
    edges = canny_edges((pixels / 100).astype(np.float32), np.ones(pixels.shape, bool), (1.0, 1.0), 0.1)
    theta = np.linspace(-np.pi / 2, np.pi / 2, 180, endpoint=False)
    rng = Context(seed=4).random
    found = probabilistic_hough_line(edges, line_length=30, line_gap=3, theta=theta, rng=rng)
    expected = np.zeros(pixels.shape, bool)
    for (x, y), (x_end, y_end) in found:
        expected[line(y, x, y_end, x_end)] = True
    np.testing.assert_array_equal(lines(Image(pixels), Context(seed=4)).labels > 0, expected)


@pytest.mark.parametrize("spacing", [(0.5, 0.5), (1.0, 0.5)], ids=["square", "oblong"])
def test_two_steps_have_lines_of_known_place_and_length(spacing: tuple[float, float]) -> None:
    shape = (round(60 / spacing[0]), round(90 / spacing[1]))
    labels = lines(Image(steps(shape), Geometry(spacing)), Context(), min_length=20.0)
    rows, columns = np.nonzero(labels.labels) * np.array(spacing)[:, np.newaxis]
    is_upright = np.abs(columns - 30) < 1.1
    assert np.ptp(rows[is_upright]) == pytest.approx(60, abs=3)
    assert (np.abs(rows[~is_upright] - 40) < 1.1).all()
    assert np.ptp(columns[~is_upright]) == pytest.approx(60, abs=3)
    lengths = [float(name.removeprefix("line, ").removesuffix(" mm")) for name in labels.names.values()]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[0] == pytest.approx(60, abs=2)


def test_a_shorter_line_than_asked_for_is_left_out() -> None:
    pixels = np.zeros((60, 60))
    pixels[20:30, 20:35] = 100
    assert lines(Image(pixels), Context()).count == 0
    assert lines(Image(pixels), Context(), min_length=6.0).count >= 4

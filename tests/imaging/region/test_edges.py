"""Objects by their closed edges."""

import numpy as np
import pytest
from phantoms import ball
from scipy import ndimage
from skimage import data
from skimage.feature import canny

from coronal import Geometry, Image
from coronal_imaging.region.edges import edges
from coronal_imaging.shapes.canny_edges import canny_edges


def test_edges_are_those_of_the_library() -> None:
    plane = (data.coins() / 255).astype(np.float32)
    everywhere = np.ones(plane.shape, bool)
    # The normal distribution at a quarter, and at minus three quarters of a standard deviation.
    high = 4 * 0.1 * (0.598706 - 0.226627)
    expected = canny(plane, 2.0, high / 2, high, mask=everywhere)
    np.testing.assert_array_equal(canny_edges(plane, everywhere, (2.0, 2.0), 0.1), expected)


@pytest.mark.parametrize("sigma", [0.0, 1.0, 3.0])
def test_a_step_is_an_edge_from_its_contrast_on(sigma: float) -> None:
    plane = np.zeros((40, 40), np.float32)
    plane[:, 20:] = 0.2
    everywhere = np.ones(plane.shape, bool)
    assert canny_edges(plane, everywhere, (sigma, sigma), 0.19).any()
    assert not canny_edges(plane, everywhere, (sigma, sigma), 0.21).any()


@pytest.mark.parametrize("foreground", [1, -1], ids=["bright", "dark"])
def test_discs_have_their_known_area(foreground: int) -> None:
    discs = [ball((60, 120), (30, x), 20, (1.0, 1.0)) for x in (30, 85)]
    noise = np.random.default_rng(0).normal(0, 2, (60, 120))
    labels = edges(Image(foreground * 100.0 * sum(discs) + noise)).labels
    assert labels.max() == 2
    for number, disc in enumerate(discs, start=1):
        # An edge is a pixel wide: the outermost ring of pixels can be in or out.
        assert not (ndimage.binary_erosion(disc) & (labels != number)).any()
        assert not ((labels == number) & ~ndimage.binary_dilation(disc)).any()


def test_all_24_coins_are_found() -> None:
    labels = edges(Image(data.coins()), min_size=100.0)
    assert labels.count == 24


def test_an_edge_from_border_to_border_closes_nothing_in() -> None:
    pixels = np.zeros((40, 40))
    pixels[:, 30:] = 50
    pixels[30:, 10:] = 100
    assert edges(Image(pixels)).count == 0


def test_a_gap_is_bridged_if_it_is_narrow_enough() -> None:
    ring = ball((60, 60), (30, 30), 20) & ~ball((60, 60), (30, 30), 18)
    ring[29:32, 45:] = False
    image = Image(ring * 100.0, Geometry((0.5, 0.5)))
    inside = ball((60, 60), (30, 30), 14)
    assert not (edges(image, smoothing=0.5, gap=0.5).labels[inside] > 0).any()
    assert (edges(image, smoothing=0.5, gap=4.0).labels[inside] > 0).all()


def test_the_discs_of_a_ball_are_connected_across_slices() -> None:
    inside = ball((12, 40, 40), (12, 20, 20), 9, (2.0, 1.0, 1.0))
    labels = edges(Image(inside * 100, Geometry((2.0, 1.0, 1.0))))
    assert labels.count == 1
    assert np.count_nonzero(labels.labels) * 2 == pytest.approx(4 / 3 * np.pi * 9**3, rel=0.2)

"""Edges, one pixel thin."""

import numpy as np
import pytest
from phantoms import ball
from scipy import ndimage
from skimage import data, feature

from coronal import BadParameter, Geometry, Image
from coronal_imaging.edges.canny import canny


def distances_mm(edges: np.ndarray, centre: tuple[float, ...], spacing: tuple[float, ...]) -> np.ndarray:
    return np.linalg.norm(np.argwhere(edges) * spacing - np.array(centre), axis=1)


def test_the_edge_of_a_disc_is_a_closed_line_of_its_radius() -> None:
    disc = ball((80, 90), (40, 45), 25)
    edges = canny(Image(np.where(disc, 900, -1000).astype(np.int16))).pixels
    assert edges.dtype == np.uint8
    np.testing.assert_allclose(distances_mm(edges, (40, 45), (1, 1)), 25, atol=1.2)
    filled = ndimage.binary_fill_holes(edges)
    assert filled.sum() == pytest.approx(np.pi * 25**2, rel=0.06)
    assert edges.sum() < 1.5 * 2 * np.pi * 25


def test_the_edge_of_a_ball_in_thick_slices_is_a_closed_surface_of_its_radius() -> None:
    spacing, centre = (2.0, 0.5, 0.75), (40, 30, 33)
    image = Image(ball((40, 120, 90), centre, 20, spacing) * 100.0, Geometry(spacing))
    edges = canny(image, sigma=2.0).pixels
    assert np.abs(distances_mm(edges, centre, spacing) - 20).max() < spacing[0]
    inside = ndimage.binary_fill_holes(edges) & (edges == 0)
    assert inside.sum() * image.geometry.element_size == pytest.approx(4 / 3 * np.pi * 20**3, rel=0.1)


def test_its_edges_are_those_of_another_implementation() -> None:
    pixels = data.camera()
    ours = canny(Image(pixels), sigma=2.0).pixels > 0
    smooth = ndimage.gaussian_filter(pixels / 255, 2.0)
    # That library's gradient is Sobel's, 8 times as long.
    steepest = 8 * ndimage.generic_gradient_magnitude(smooth, ndimage.prewitt).max() / 6
    theirs = feature.canny(
        pixels / 255, sigma=2.0, low_threshold=0.15 * steepest, high_threshold=0.3 * steepest
    )
    near = ndimage.binary_dilation(theirs, iterations=2)
    assert near[ours].mean() > 0.95
    assert ndimage.binary_dilation(ours, iterations=2)[theirs].mean() > 0.85


def test_an_edge_starts_at_high_and_goes_on_to_low() -> None:
    heights = np.linspace(100, 10, 60)[:, np.newaxis]
    step = heights * (np.arange(40) >= 20)
    strong = canny(Image(step), low=50.0, high=50.0).pixels
    linked = canny(Image(step), low=5.0, high=50.0).pixels
    column = slice(18, 22)
    assert not strong[40:, column].any()
    assert linked[40:, column].any(axis=1).all()


def test_a_constant_has_no_edge() -> None:
    assert not canny(Image(np.full((9, 9, 9), 7.0))).pixels.any()


def test_the_thresholds_must_be_in_order(plane: Image) -> None:
    with pytest.raises(BadParameter, match=r"high must be ≥ low \(40\), found 30"):
        canny(plane, low=40.0, high=30.0)


def test_a_sigma_of_too_many_pixels_is_refused() -> None:
    with pytest.raises(BadParameter, match=r"sigma must be ≤ 500 px, found 1\.5, which is 1500 px"):
        canny(Image(np.eye(9), Geometry((0.001, 0.001))))

"""Objects by a contour that is drawn to edges."""

import numpy as np
import pytest
from phantoms import ball
from scipy import ndimage
from skimage import data
from skimage.filters import threshold_otsu
from skimage.segmentation import inverse_gaussian_gradient, morphological_geodesic_active_contour

from coronal import Image, LabelMap
from coronal_imaging.region.active_contour import active_contour


def test_it_is_the_library_bit_for_bit() -> None:
    # Within a margin: to the library nothing lies beyond the edge.
    coins = np.pad(data.coins(), 30)
    unit = ((coins - float(coins.min())) / float(np.ptp(coins))).astype(np.float32)
    start = (coins > threshold_otsu(coins)).astype(np.int8)
    gradient = inverse_gaussian_gradient(unit, sigma=2.0)
    expected = morphological_geodesic_active_contour(gradient, 10, start, balloon=-1)
    result = active_contour(Image(coins), iterations=10, balloon=-1.0, smoothing=2.0)
    np.testing.assert_array_equal(result.labels > 0, expected > 0)


@pytest.mark.parametrize(("radius", "balloon"), [(6, 1.0), (24, -1.0)], ids=["outwards", "inwards"])
def test_a_balloon_drives_the_contour_from_a_marker_to_the_edge(radius: int, balloon: float) -> None:
    inside = ball((64, 64), (32, 32), 16)
    image = Image(ndimage.gaussian_filter(inside * 100.0, 1.0))
    marker = LabelMap.of(image, ball((64, 64), (32, 32), radius))
    labels = active_contour(image, marker, balloon=balloon, smoothing=2.0, iterations=40)
    assert labels.count == 1
    assert np.count_nonzero(labels.labels) == pytest.approx(np.pi * 16**2, rel=0.1)


def test_a_ball_in_a_volume_stays_one_ball() -> None:
    inside = ball((24, 24, 24), (12, 12, 12), 7)
    image = Image(ndimage.gaussian_filter(inside * 100.0, 1.0))
    soon, late = (active_contour(image, iterations=moves).labels for moves in (4, 40))
    np.testing.assert_array_equal(soon, late)
    assert late.max() == 1
    # The library's smoothing flattens what is as round as this by half a voxel.
    assert 4 / 3 * np.pi * 6.3**3 < np.count_nonzero(late) < 4 / 3 * np.pi * 7.3**3


@pytest.mark.parametrize("balloon", [0.0, -1.0])
def test_an_object_that_the_edge_cuts_does_not_shrink_from_it(balloon: float) -> None:
    inside = ball((48, 60), (0, 30), 15)
    image = Image(ndimage.gaussian_filter(inside * 100.0, 1.0))
    marker = LabelMap.of(image, ball((48, 60), (0, 30), 20))
    labels = active_contour(image, marker, balloon=balloon, smoothing=2.0)
    assert np.count_nonzero(labels.labels[0]) == pytest.approx(inside[0].sum(), abs=2)
    assert np.count_nonzero(labels.labels) == pytest.approx(inside.sum(), rel=0.1)


@pytest.mark.parametrize("balloon", [0.0, 1.0, -1.0])
@pytest.mark.parametrize("slices", [1, 3])
def test_a_volume_of_a_few_equal_slices_is_the_plane(slices: int, balloon: float) -> None:
    smooth = ndimage.gaussian_filter(ball((40, 60), (20, 30), 12) * 100.0, 1.0)
    plane = active_contour(Image(smooth), balloon=balloon).labels
    assert plane.any()
    volume = active_contour(Image(np.stack([smooth] * slices)), balloon=balloon).labels
    np.testing.assert_array_equal(volume > 0, np.stack([plane > 0] * slices))

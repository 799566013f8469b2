"""Touching objects, split where they are thin."""

import numpy as np
import pytest
from phantoms import ball
from scipy import ndimage
from skimage import data, segmentation
from skimage.feature import peak_local_max
from skimage.filters import threshold_otsu

from coronal import BadParameter, Geometry, Image
from coronal_imaging.region.watershed import watershed
from coronal_imaging.threshold.otsu import otsu


def test_two_touching_discs_are_split_on_the_line_between_them() -> None:
    left, right = (ball((41, 70), (20, column), 15) for column in (20, 46))
    labels = watershed(Image((left | right) * 200.0)).labels
    assert labels.max() == 2
    middle = 33
    assert set(np.unique(labels[:, : middle - 1])) == {0, 1}
    assert set(np.unique(labels[:, middle + 2 :])) == {0, 2}


def test_two_touching_balls_in_thick_slices_are_split() -> None:
    spacing = (3.0, 0.5, 1.0)
    top, bottom = (ball((20, 60, 30), (z, 15, 15), 12, spacing) for z in (18, 38))
    labels = watershed(Image((top | bottom) * 200.0, Geometry(spacing))).labels
    assert labels.max() == 2
    np.testing.assert_array_equal(labels[3], top[3] * 1)
    np.testing.assert_array_equal(labels[16], bottom[16] * 2)


def test_it_is_the_library_bit_for_bit() -> None:
    shape, spacing = (60, 90), (1.0, 0.5)
    inside = np.any(
        [ball(shape, c, r, spacing) for c, r in (((20, 14), 11), ((36, 20), 9), ((34, 33), 7))], 0
    )
    distance = ndimage.distance_transform_edt(inside, sampling=spacing)
    peaks = peak_local_max(distance, footprint=np.ones((13, 25)), labels=inside * 1, exclude_border=False)
    markers = np.zeros(shape, np.int32)
    markers[tuple(peaks[np.lexsort(peaks.T[::-1])].T)] = range(1, len(peaks) + 1)
    assert len(peaks) == 3
    expected = segmentation.watershed(-distance, markers, connectivity=2, mask=inside)
    result = watershed(Image(inside * 1.0, Geometry(spacing)), distance=6.0, smoothing=0.0)
    np.testing.assert_array_equal(result.labels, expected)


@pytest.mark.parametrize("smoothing", [0.0, 1.0, 30.0])
def test_its_foreground_is_that_of_otsu(smoothing: float) -> None:
    image = Image(data.cell())
    labels = watershed(image, distance=5.0, smoothing=smoothing)
    np.testing.assert_array_equal(labels.labels > 0, otsu(image).labels > 0)
    assert labels.count == labels.labels.max()


def test_an_object_never_joins_two_pieces() -> None:
    noise = ndimage.gaussian_filter(np.random.default_rng(0).normal(size=(200, 200)), 2)
    image = Image(noise)
    pieces, objects = otsu(image).labels, watershed(image, distance=6.0).labels
    assert objects.max() > pieces.max()
    pairs = np.unique(np.stack([objects[objects > 0], pieces[objects > 0]]), axis=1)
    assert len(np.unique(pairs[0])) == pairs.shape[1]


@pytest.mark.parametrize("ring", [False, True], ids=["bar", "ring"])
def test_an_object_of_even_width_is_not_cut_up(ring: bool) -> None:
    if ring:
        inside = ball((80, 80), (39.5, 39.5), 30) & ~ball((80, 80), (39.5, 39.5), 29)
        assert watershed(Image(inside * 1.0), distance=100.0).count == 1
    else:
        bar = np.zeros((20, 200))
        bar[5:15, 5:195] = 1
        assert watershed(Image(bar)).count == 1


def test_a_slanted_rod_is_one_object_unless_every_peak_counts() -> None:
    y, x = np.mgrid[:100, :240] - np.array([50, 120])[:, np.newaxis, np.newaxis]
    along, across = x * np.cos(0.2) + y * np.sin(0.2), y * np.cos(0.2) - x * np.sin(0.2)
    rod = Image(200.0 * (np.hypot(np.maximum(np.abs(along) - 90, 0), across) <= 8))
    assert watershed(rod).count == 1
    assert watershed(rod, depth=0.0).count > 1


def test_small_objects_beside_a_large_one_are_not_lost() -> None:
    large, small = ball((50, 70), (25, 25), 20), ball((50, 70), (25, 50), 3)
    labels = watershed(Image((large | small) * 1.0), distance=30.0)
    assert labels.count == 2


def test_objects_are_numbered_in_the_order_of_their_pieces() -> None:
    pieces = np.zeros((9, 40))
    pieces[2:5, 2:5] = pieces[4, 20] = pieces[6, 30:36] = 1
    np.testing.assert_array_equal(watershed(Image(pieces)).labels, otsu(Image(pieces)).labels)


def test_the_least_distance_is_in_mm() -> None:
    inside = ball((41, 70), (20, 20), 15) | ball((41, 70), (20, 46), 15)
    for spacing, objects in ((1.0, 2), (0.1, 1)):
        assert watershed(Image(inside * 1.0, Geometry((spacing,) * 2)), smoothing=0.0).count == objects


def test_smoothing_of_too_many_pixels_is_refused() -> None:
    micrometre = Image(np.eye(9), Geometry((0.001, 0.001)))
    with pytest.raises(BadParameter, match="smoothing must be ≤ 100 px, found 1, which is 1000 px"):
        watershed(micrometre)


def test_the_threshold_is_otsus() -> None:
    cell = data.cell()
    labels = watershed(Image(cell))
    np.testing.assert_array_equal(labels.labels > 0, cell > threshold_otsu(cell))

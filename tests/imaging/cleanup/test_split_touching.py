"""Objects that were taken for one, split where they are thin."""

import numpy as np
import pytest
from phantoms import ball
from scipy import ndimage
from skimage import segmentation
from skimage.measure import label
from skimage.morphology import h_maxima

from coronal import BadParameter, Geometry, Image, LabelMap
from coronal_imaging.cleanup.split_touching import split_touching
from coronal_imaging.region.watershed import watershed
from coronal_imaging.threshold.otsu import otsu

ANGLES = (0, 3, 10, 17, 30, 45, 63, 77, 90)


def test_after_otsu_it_is_the_watershed() -> None:
    noise = ndimage.gaussian_filter(np.random.default_rng(0).normal(size=(200, 200)), 2)
    image = Image(noise, Geometry((0.5, 0.4)))
    result = split_touching(otsu(image), distance=3.0, smoothing=0.5)
    expected = watershed(image, distance=3.0, smoothing=0.5)
    assert result.count > otsu(image).count
    np.testing.assert_array_equal(result.labels, expected.labels)


def test_two_touching_balls_in_thick_slices_are_split() -> None:
    spacing = (3.0, 0.5, 1.0)
    top, bottom = (ball((20, 60, 30), (z, 15, 15), 12, spacing) for z in (18, 38))
    labels = split_touching(LabelMap(top | bottom, Geometry(spacing))).labels
    assert labels.max() == 2
    np.testing.assert_array_equal(labels[3], top[3] * 1)
    np.testing.assert_array_equal(labels[16], bottom[16] * 2)


def test_labels_that_touch_stay_apart() -> None:
    left, right = (ball((41, 70), (20, column), 15) for column in (20, 46))
    given = np.where(left, 9, right * 4)
    result = split_touching(LabelMap(given), distance=100.0)
    np.testing.assert_array_equal(result.labels, np.where(given == 9, 1, (given == 4) * 2))


def test_a_class_in_two_places_loses_none() -> None:
    large, small = ball((50, 70), (25, 25), 20), ball((50, 70), (25, 50), 3)
    result = split_touching(LabelMap(large | small, names={1: "nucleus"}), distance=30.0)
    np.testing.assert_array_equal(result.labels, large + 2 * small)
    assert result.names == {1: "nucleus", 2: "nucleus"}


def test_smoothing_of_too_many_pixels_is_refused() -> None:
    with pytest.raises(BadParameter, match="smoothing must be ≤ 100 px, found 1, which is 1000 px"):
        split_touching(LabelMap(np.eye(9, dtype=np.uint8), Geometry((0.001, 0.001))))


@pytest.mark.parametrize("smoothing", [0.0, 1.0])
@pytest.mark.parametrize("spacing", [(1.0, 1.0), (0.25, 0.25), (3.0, 3.0), (3.0, 1.0)], ids=str)
def test_a_rod_is_whole_at_every_angle(spacing: tuple[float, float], smoothing: float) -> None:
    thicknesses = (2.0, 4.5, 8.0, 15.3)
    counts = [
        split_touching(_rod(angle, radius, spacing), distance=3.0, smoothing=smoothing).count
        for radius in thicknesses
        for angle in ANGLES
    ]
    assert counts == [1] * len(counts)


def test_every_peak_of_a_rod_counts_where_no_depth_is_asked_for() -> None:
    assert split_touching(_rod(10, 8.0, (1.0, 1.0)), depth=0.0).count > 1
    assert split_touching(_rod(10, 8.0, (1.0, 1.0)), depth=1.0).count == 1


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (3.0, 1.0, 1.0), (5.0, 0.5, 0.5)], ids=str)
def test_a_rod_of_a_volume_is_whole_in_thick_slices_too(spacing: tuple[float, float, float]) -> None:
    shape = tuple(int(60 / step) for step in spacing)
    places = np.moveaxis(np.indices(shape), 0, -1) * spacing - 29.7
    for direction in np.array([[1, 0, 0], [1, 1, 0.3], [0.2, 1, 2], [0.1, 0.1, 1], [2, 1, 1]]):
        along = places @ (direction / np.linalg.norm(direction))
        across = np.sqrt(np.maximum((places**2).sum(axis=-1) - along**2, 0))
        rod = np.hypot(np.maximum(np.abs(along) - 18, 0), across) <= 7
        assert split_touching(LabelMap(rod, Geometry(spacing)), smoothing=0.0).count == 1


def test_a_small_disc_that_touches_a_large_one_is_split_off() -> None:
    large, small = ball((60, 80), (30, 25), 20), ball((60, 80), (30, 49.5), 5)
    labels = split_touching(LabelMap(large | small), distance=5.0).labels
    assert labels.max() == 2
    assert labels[30, 25] != labels[30, 50] > 0


def test_the_depth_is_in_mm() -> None:
    # The discs are 8 mm wide in all, and 5.7 mm where they meet: the distance to the edge falls by 1.15 mm.
    spacing = (0.5, 0.5)
    discs = [ball((41, 70), (10, column), 4, spacing) for column in (12, 17.66)]
    counts = [
        split_touching(LabelMap(discs[0] | discs[1], Geometry(spacing)), 3.0, 0.0, depth).count
        for depth in (0.8, None, 1.6)
    ]
    assert counts == [2, 2, 1]


def test_a_distance_of_less_than_a_pixel_lets_every_peak_count() -> None:
    left, right = (ball((41, 70), (20, column), 15) for column in (20, 46))
    assert split_touching(LabelMap(left | right), distance=0.5).count == 2


def test_objects_are_those_of_the_librarys_h_maxima_bit_for_bit() -> None:
    noise = ndimage.gaussian_filter(np.random.default_rng(3).normal(size=(120, 160)), 3)
    pieces, count = ndimage.label(noise > 0.02, np.ones((3, 3)))
    expected = np.zeros_like(pieces)
    for number in range(1, count + 1):
        height = ndimage.distance_transform_edt(pieces == number) * (pieces == number)
        height = ndimage.gaussian_filter(height, 1.0, mode="nearest") * (pieces == number)
        peaks = label(h_maxima(height, 1.0 + 1e-6, np.ones((3, 3))))
        if not peaks.any():  # of a piece that is nowhere so thick
            peaks = label(height == height.max())
        summits = ndimage.maximum_position(height, peaks, range(1, peaks.max() + 1))
        markers = np.zeros_like(pieces)
        markers[tuple(np.transpose(sorted(summits)))] = range(1, len(summits) + 1)
        parts = segmentation.watershed(-height, markers, connectivity=2, mask=pieces == number)
        expected[pieces == number] = (parts + expected.max())[pieces == number]

    result = split_touching(LabelMap(noise > 0.02), distance=1.0)

    assert result.count > count + 10
    np.testing.assert_array_equal(result.labels, expected)


def _rod(angle: float, radius: float, spacing: tuple[float, float]) -> LabelMap:
    """A straight rod with round ends; 90 pixels of the longest side long, and twice the radius thick."""
    step = max(spacing)
    axes = (np.arange(-65 * step, 65 * step, own) for own in spacing)
    y, x = np.meshgrid(*axes, indexing="ij")
    turn = np.deg2rad(angle)
    along, across = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    rod = np.hypot(np.maximum(np.abs(along) - 45 * step, 0), across) <= radius * step
    return LabelMap(rod, Geometry(spacing))

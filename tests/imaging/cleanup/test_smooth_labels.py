"""Labels with smooth edges."""

import math

import numpy as np
import pytest
from phantoms import ball
from scipy import ndimage, special
from skimage import data

from coronal import BadParameter, Geometry, LabelMap
from coronal_imaging.cleanup.smooth_labels import smooth_labels

SIGMA = 1 / math.sqrt(2 * math.log(2))


def test_one_label_is_the_librarys_gaussian_at_its_half() -> None:
    mask = data.cell()[100:300, 100:300] > 90
    for labels, spacing, radius in (
        (mask, (0.5, 0.2), 0.8),
        (mask.reshape(10, 80, 50), (4.0, 1.0, 1.0), 2.0),
    ):
        sigma_px = [radius * SIGMA / step for step in spacing]
        share = ndimage.gaussian_filter(labels.astype(np.float32), sigma_px, mode="nearest")
        result = smooth_labels(LabelMap(labels, Geometry(spacing)), radius=radius)
        np.testing.assert_array_equal(result.labels, share > 0.5)


@pytest.mark.parametrize("width", range(5, 13))
def test_a_slit_closes_as_far_as_the_integral_of_the_gaussian_says(width: int) -> None:
    beside = np.abs(np.arange(81) - 40 - (width % 2 == 0) / 2)
    slit = beside < width / 2
    sigma = 6 * SIGMA
    shares = 1 - (special.ndtr((beside + width / 2) / sigma) - special.ndtr((beside - width / 2) / sigma))
    result = smooth_labels(LabelMap(np.tile(~slit, (41, 1))), radius=6.0).labels[20]
    # A sampled Gaussian is not quite its integral.
    is_clear = np.abs(shares - 0.5) > 0.005
    np.testing.assert_array_equal(result[is_clear], shares[is_clear] > 0.5)


def test_straight_edges_stay_where_they_are() -> None:
    stripes = np.repeat([0, 3, 2, 0], [30, 20, 20, 30])[np.newaxis].repeat(40, axis=0)
    np.testing.assert_array_equal(smooth_labels(LabelMap(stripes), radius=6.0).labels, stripes)


@pytest.mark.parametrize("spacing", [1.0, 0.25])
def test_a_spot_or_hole_of_a_smaller_radius_goes_and_a_larger_one_stays(spacing: float) -> None:
    disc = ball((120, 120), (60, 60), 10)
    for radius, is_left in ((8.5, True), (11.5, False)):
        hole = LabelMap(~disc, Geometry((spacing, spacing)))
        assert (smooth_labels(hole, radius=radius * spacing).labels == 0).any() == is_left
        spot = LabelMap(np.where(ball((120, 120), (60, 60), 40), 2, 0) - disc, Geometry((spacing, spacing)))
        result = smooth_labels(spot, radius=radius * spacing).labels
        assert (result[60, 60] == 1) == is_left or radius > 10


def test_a_label_that_would_vanish_stays_as_it_was() -> None:
    labels = np.where(ball((60, 60), (30, 30), 20), 4, 0)
    labels[30, 30], labels[2, 2:4] = 9, 5
    result = smooth_labels(LabelMap(labels), radius=5.0).labels
    for number in (9, 5):
        np.testing.assert_array_equal(result == number, labels == number)


def test_no_gap_opens_where_two_labels_meet_their_ground() -> None:
    disc = ball((80, 80), (40, 40), 25)
    halves = np.where(np.arange(80) < 40, 1, 2) * disc
    result = smooth_labels(LabelMap(halves), radius=4.0).labels
    np.testing.assert_array_equal(result > 0, smooth_labels(LabelMap(disc), radius=4.0).labels > 0)
    assert set(np.unique(result[:, :38])) == {0, 1}
    assert set(np.unique(result[:, 42:])) == {0, 2}


def test_a_rough_disc_is_nearer_to_the_disc_afterwards() -> None:
    disc = ball((100, 100), (50, 50), 35)
    edge = ball((100, 100), (50, 50), 38) & ~ball((100, 100), (50, 50), 32)
    rough = np.where(edge, np.random.default_rng(0).random((100, 100)) > 0.5, disc)
    wrong = np.count_nonzero(rough != disc)
    assert np.count_nonzero((smooth_labels(LabelMap(rough), radius=4.0).labels > 0) != disc) < wrong / 3


def test_thick_slices_are_hardly_mixed() -> None:
    slices = np.zeros((5, 20, 20), np.uint8)
    slices[2] = 1
    np.testing.assert_array_equal(smooth_labels(LabelMap(slices, Geometry((5.0, 1.0, 1.0)))).labels, slices)


def test_a_radius_that_would_take_too_long_is_refused() -> None:
    labels = LabelMap(np.arange(1, 64_001).reshape(40, 40, 40))
    with pytest.raises(BadParameter, match="radius must be less for 64000 labels of this size"):
        smooth_labels(labels, radius=50.0)

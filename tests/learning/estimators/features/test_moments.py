"""Moments of pixels that have an extent."""

import numpy as np
import pytest
from skimage import measure

from coronal_learning.estimators.features.moments import central_moments, covariance

INSIDE = np.random.default_rng(0).random((40, 60)) < np.linspace(0, 1, 60)


def test_they_are_the_librarys_but_for_the_extent_of_a_pixel() -> None:
    found = central_moments(INSIDE, (1.0, 1.0))
    expected = measure.moments_central(INSIDE.astype(float), order=3)
    expected[2, 0] += INSIDE.sum() / 12
    expected[0, 2] += INSIDE.sum() / 12
    orders = np.add.outer(np.arange(4), np.arange(4))
    np.testing.assert_allclose(found[orders <= 3], expected[orders <= 3], rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("spacing", [(1.0, 1.0), (0.3, 2.0)])
def test_a_pixel_is_as_many_small_ones_of_the_same_extent(spacing: tuple[float, float]) -> None:
    fine = np.kron(INSIDE, np.ones((4, 5))).astype(bool)
    found = central_moments(fine, (spacing[0] / 4, spacing[1] / 5))
    np.testing.assert_allclose(found, central_moments(INSIDE, spacing), rtol=1e-9, atol=1e-6)
    widths = spacing[0] / 4, spacing[1] / 5
    np.testing.assert_allclose(covariance(fine, widths), covariance(INSIDE, spacing), rtol=1e-9)


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (1, 1, 1), (1, 5, 9)])
def test_a_box_has_the_variance_of_its_sides_and_nothing_between_them(shape: tuple[int, ...]) -> None:
    found = covariance(np.ones(shape, bool), (1.0,) * len(shape))
    np.testing.assert_array_equal(found, np.diag(np.diag(found)))
    np.testing.assert_allclose(np.diag(found), np.square(shape) / 12)


def test_large_masks_do_not_overflow() -> None:
    wide = np.zeros((2, 60_000), bool)
    wide[:, 30_000:] = True
    assert central_moments(wide, (1.0, 1.0))[0, 2] == pytest.approx(2 * 30_000**3 / 12)
    assert covariance(wide, (1.0, 1.0))[1, 1] == pytest.approx(30_000**2 / 12)

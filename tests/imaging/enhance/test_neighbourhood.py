"""The pixels around a pixel."""

import numpy as np
import pytest
from skimage import morphology

from coronal import Geometry, Image
from coronal_imaging.enhance.neighbourhood import ellipsoid, neighbourhood


@pytest.mark.parametrize("radius", [1, 2, 3, 7])
def test_equal_whole_radii_make_a_disc_or_a_ball(radius: int) -> None:
    np.testing.assert_array_equal(ellipsoid((float(radius),) * 2), morphology.disk(radius))
    np.testing.assert_array_equal(ellipsoid((float(radius),) * 3), morphology.ball(radius))


def test_a_radius_that_is_whole_but_for_rounding_is_whole() -> None:
    assert 0.3 / 0.1 < 3
    np.testing.assert_array_equal(ellipsoid((0.3 / 0.1, 0.3 / 0.1)), morphology.disk(3))


def test_of_thick_slices_it_holds_what_lies_within_the_radius_in_mm() -> None:
    thick = Image(np.zeros((5, 9, 9)), Geometry((2.0, 0.5, 1.0)))
    mask = neighbourhood(thick, 2.0)
    away = [
        spacing * (places - size // 2)
        for places, size, spacing in zip(np.indices(mask.shape), mask.shape, thick.spacing, strict=True)
    ]
    assert mask.shape == (3, 9, 5)
    np.testing.assert_array_equal(mask, np.sqrt(sum(d**2 for d in away)) <= 2.0)


def test_of_channels_it_holds_the_own_one_alone() -> None:
    colour = Image(np.zeros((9, 9, 3)), has_channels=True)
    np.testing.assert_array_equal(neighbourhood(colour, 2.0)[..., 0], morphology.disk(2))

"""Tones, raised to a power."""

import numpy as np
import pytest
from skimage.exposure import adjust_gamma

from coronal import Image
from coronal_imaging.intensity.gamma import gamma
from coronal_imaging.intensity.normalize import normalize


@pytest.mark.parametrize("power", [0.4, 2.2])
def test_it_is_the_library_bit_for_bit(ct: Image, power: float) -> None:
    expected = adjust_gamma(normalize(ct).pixels, power)
    np.testing.assert_array_equal(gamma(ct, gamma=power).pixels, expected)


def test_8_bits_are_as_the_library_makes_them(plane: Image) -> None:
    expected = adjust_gamma(plane.pixels, 0.5)
    # The library rounds them to whole numbers.
    np.testing.assert_allclose(gamma(plane).pixels * 255, expected, atol=0.51)


def test_known_values() -> None:
    image = Image(np.array([[-1000, -750, 3000]], np.int16))
    np.testing.assert_allclose(gamma(image, gamma=0.5).pixels, [[0, 0.25, 1]])
    np.testing.assert_allclose(gamma(image, gamma=2.0).pixels, [[0, 1 / 256, 1]])


def test_the_reciprocal_power_undoes_it(ct: Image) -> None:
    back = gamma(gamma(ct, gamma=2.2), gamma=1 / 2.2).pixels
    np.testing.assert_allclose(back, normalize(ct).pixels, atol=1e-6)

"""Brightness, by a shift."""

import numpy as np
import pytest

from coronal import Image
from coronal_imaging.intensity.brightness import brightness
from coronal_imaging.intensity.normalize import normalize


def test_known_values() -> None:
    image = Image(np.array([[0, 51, 102, 255]], np.uint8))
    np.testing.assert_allclose(brightness(image, shift=0.3).pixels, [[0.3, 0.5, 0.7, 1]], atol=1e-6)
    np.testing.assert_allclose(brightness(image, shift=-0.3).pixels, [[0, 0, 0.1, 0.7]], atol=1e-6)


@pytest.mark.parametrize("shift", [-1.0, 1.0])
def test_the_furthest_shift_makes_all_black_or_white(ct: Image, shift: float) -> None:
    np.testing.assert_array_equal(brightness(ct, shift=shift).pixels, shift > 0)


def test_no_shift_changes_no_tone(ct: Image) -> None:
    np.testing.assert_array_equal(brightness(ct, shift=0.0).pixels, normalize(ct).pixels)

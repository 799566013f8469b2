"""Contrast, by a curve that is steep in the middle."""

import numpy as np
import pytest
from skimage.exposure import adjust_sigmoid

from coronal import Image
from coronal_imaging.intensity.normalize import normalize
from coronal_imaging.intensity.sigmoid import sigmoid


@pytest.mark.parametrize(("cutoff", "gain"), [(0.5, 10.0), (0.0, 50.0), (1.0, 50.0)])
def test_it_is_the_library_bit_for_bit(ct: Image, cutoff: float, gain: float) -> None:
    expected = adjust_sigmoid(normalize(ct).pixels, cutoff, gain)
    np.testing.assert_array_equal(sigmoid(ct, cutoff=cutoff, gain=gain).pixels, expected)


def test_known_values() -> None:
    image = Image(np.array([[0, 1, 2, 3, 4]], np.int16))
    # 1 / (1 + exp(-gain * (tone - cutoff))), with a gain that makes the exponents multiples of ln 3.
    result = sigmoid(image, gain=4 * np.log(3.0)).pixels
    np.testing.assert_allclose(result, [[1 / 10, 1 / 4, 1 / 2, 3 / 4, 9 / 10]], rtol=1e-6)


def test_the_slope_at_the_cutoff_is_a_quarter_of_the_gain() -> None:
    ramp = Image(np.linspace(0, 1, 1001).reshape(7, 143))
    slope = np.gradient(sigmoid(ramp, cutoff=0.4, gain=8.0).pixels.ravel(), 1e-3)
    assert slope[400] == pytest.approx(2.0, rel=1e-3)
    assert slope.argmax() == pytest.approx(400, abs=20)

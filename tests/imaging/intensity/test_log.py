"""Dark tones, spread by a logarithm."""

import numpy as np
import pytest
from skimage.exposure import adjust_log

from coronal import Image
from coronal_imaging.intensity.log import log
from coronal_imaging.intensity.normalize import normalize


@pytest.mark.parametrize("inverse", [False, True])
def test_of_strength_1_it_is_the_library(ct: Image, inverse: bool) -> None:
    expected = adjust_log(normalize(ct).pixels, inv=inverse)
    np.testing.assert_allclose(log(ct, strength=1.0, inverse=inverse).pixels, expected, atol=2e-7)


def test_known_values() -> None:
    # Of strength 999, a thousand to one becomes three equal steps.
    spectrum = Image(np.array([[0, 9, 99, 999]], np.uint16))
    np.testing.assert_allclose(log(spectrum, strength=999.0).pixels, [[0, 1 / 3, 2 / 3, 1]], rtol=1e-6)


@pytest.mark.parametrize("strength", [0.01, 10.0, 1e6])
def test_the_inverse_undoes_it(ct: Image, strength: float) -> None:
    back = log(log(ct, strength=strength), strength=strength, inverse=True).pixels
    np.testing.assert_allclose(back, normalize(ct).pixels, atol=2e-5)

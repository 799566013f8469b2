"""Contrast, by a straight line."""

import numpy as np
import pytest
from skimage.exposure import rescale_intensity

from coronal import Image
from coronal_imaging.intensity.contrast import contrast
from coronal_imaging.intensity.normalize import normalize


def test_it_is_the_library_bit_for_bit(plane: Image) -> None:
    tones = rescale_intensity(plane.pixels.astype(np.float32), (0, 255), (0.0, 1.0))
    expected = rescale_intensity(tones, (0.25, 0.75), (0.0, 1.0))
    np.testing.assert_array_equal(contrast(plane, factor=2.0, middle=0.5).pixels, expected)


def test_known_values() -> None:
    image = Image(np.array([[0, 1, 2, 3, 4]], np.int16))
    np.testing.assert_allclose(contrast(image, factor=2.0).pixels, [[0, 0, 0.5, 1, 1]], atol=1e-7)
    np.testing.assert_allclose(contrast(image, factor=0.5).pixels, [[0.25, 0.375, 0.5, 0.625, 0.75]])
    np.testing.assert_allclose(contrast(image, middle=0.0, factor=2.0).pixels, [[0, 0.5, 1, 1, 1]])


def test_differences_grow_by_the_factor_where_nothing_is_clipped(ct: Image) -> None:
    before, after = normalize(ct).pixels, contrast(ct, factor=1.25).pixels
    inside = (after > 0) & (after < 0.999)
    assert inside.mean() > 0.7
    slope = np.polyfit(before[inside].astype(np.float64), after[inside], 1)[0]
    assert slope == pytest.approx(1.25, rel=1e-4)


def test_the_mean_stays_where_nothing_is_clipped(ct: Image) -> None:
    flatter = contrast(ct, factor=0.5).pixels
    assert flatter.mean() == pytest.approx(normalize(ct).pixels.mean(), abs=1e-5)


def test_a_factor_of_1_changes_no_tone(ct: Image) -> None:
    np.testing.assert_allclose(contrast(ct, factor=1.0).pixels, normalize(ct).pixels, atol=1e-6)

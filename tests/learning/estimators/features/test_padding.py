"""Padding is no value of an image, whatever is learned from it."""

import numpy as np
import pytest

from coronal import Image, Meaning
from coronal_learning.estimators.features.extraction import FeatureExtractor

RANDOM = np.random.default_rng(3)


def padded(pixels: np.ndarray, width: int = 3) -> Image:
    """Put padding around an image, of the values at its edge."""
    channels = [(0, 0)] if pixels.ndim == 3 else []
    wider = np.pad(pixels, [(width, width)] * 2 + channels, mode="edge")
    valid = np.pad(np.ones(pixels.shape[:2], np.bool_), width)
    return Image(wider, has_channels=pixels.ndim == 3, meaning=Meaning.INTENSITY, valid=valid)


@pytest.mark.parametrize("feature", ["intensity", "glcm", "lbp", "shape"])
@pytest.mark.parametrize(
    "pixels",
    [
        RANDOM.integers(0, 256, (12, 15), dtype=np.uint8),
        RANDOM.normal(0, 1, (12, 15)),
        RANDOM.random((12, 15, 2)),
    ],
    ids=["whole", "float", "channels"],
)
def test_an_image_is_described_as_if_its_padding_were_cut_off(feature: str, pixels: np.ndarray) -> None:
    description = FeatureExtractor((feature,), size=8, cells=2)  # type: ignore[arg-type]  # one of the features
    whole = description.of(Image(pixels, has_channels=pixels.ndim == 3))
    np.testing.assert_allclose(description.of(padded(pixels)), whole, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("feature", ["intensity", "glcm", "shape", "hog"])
def test_a_value_of_padding_beyond_all_others_changes_no_scale(feature: str) -> None:
    description = FeatureExtractor((feature,), size=8, cells=2)  # type: ignore[arg-type]  # one of the features
    inside = np.hypot(*np.mgrid[-1:1:16j, -1:1:16j]) < 0.8
    pixels = RANDOM.integers(0, 100, (16, 16))
    pixels[8, 8] = 100
    low, high = (Image(np.where(inside, pixels, filler), valid=inside) for filler in (100, 4_000))
    np.testing.assert_array_equal(description.of(low), description.of(high))

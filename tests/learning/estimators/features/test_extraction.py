"""Features one after another."""

import numpy as np
import pytest

from coronal import BadImage, BadParameter, Image, Meaning
from coronal_learning.estimators.features.extraction import FeatureExtractor
from coronal_learning.estimators.features.intensity import intensity
from coronal_learning.estimators.features.lbp import lbp

RANDOM = np.random.default_rng(0)
PLANE = Image(RANDOM.integers(0, 256, (40, 50)).astype(np.uint8))
COLOUR = Image(
    RANDOM.integers(0, 256, (40, 50, 3)).astype(np.uint8), has_channels=True, meaning=Meaning.COLOUR
)
VOLUME = Image(RANDOM.normal(0, 100, (9, 40, 50)).astype(np.float32))

LENGTHS = {"pixels": 32 * 32, "hog": 9 * 9 * 4, "lbp": 10, "glcm": 6, "intensity": 12, "shape": 13}


@pytest.mark.parametrize("feature", LENGTHS)
def test_each_feature_of_a_plane_is_as_long_as_it_says(feature: str) -> None:
    of = FeatureExtractor((feature,), size=32, cells=4).of  # type: ignore[arg-type]  # one of the features
    per_channel = 3 if feature in ("pixels", "intensity") else 1
    assert of(PLANE).shape == (LENGTHS[feature],)
    assert of(COLOUR).shape == (per_channel * LENGTHS[feature],)
    assert np.isfinite(of(COLOUR)).all()


@pytest.mark.parametrize(
    ("feature", "length"),
    [("pixels", 9 * 32 * 32), ("lbp", 10), ("glcm", 6), ("intensity", 12), ("shape", 6)],
)
def test_a_volume_has_all_of_them_but_hog(feature: str, length: int) -> None:
    found = FeatureExtractor((feature,), size=32, cells=4).of(VOLUME)  # type: ignore[arg-type]  # one of the features
    assert found.shape == (length,)
    assert np.isfinite(found).all()


def test_hog_of_a_volume_is_refused() -> None:
    allowed = "features must be pixels, lbp, glcm, intensity or shape for volumes, found hog"
    with pytest.raises(BadParameter, match=allowed):
        FeatureExtractor(("hog",), size=32, cells=4).of(VOLUME)


def test_too_many_cells_are_refused() -> None:
    with pytest.raises(BadImage, match=r"at least 32 × 32 pixels for 16 × 16 cells of hog, found \(8, 40\)"):
        FeatureExtractor(("hog",), size=32, cells=16).of(Image(np.zeros((8, 40))))


def test_several_stand_in_their_order() -> None:
    found = FeatureExtractor(("intensity", "lbp"), size=32, cells=4).of(PLANE)
    np.testing.assert_array_equal(found, np.concatenate([intensity(PLANE), lbp(PLANE)]))


@pytest.mark.parametrize("feature", ["pixels", "lbp", "glcm", "intensity", "shape"])
@pytest.mark.parametrize(
    "pixels",
    [np.full((1, 1), 7), np.zeros((1, 9), np.bool_), np.full((5, 5), -1e38), np.ones((2, 3, 4), np.float16)],
    ids=["one pixel", "one row of a mask", "constant and large", "constant volume"],
)
def test_what_is_hardly_an_image_has_features(feature: str, pixels: np.ndarray) -> None:
    found = FeatureExtractor((feature,), size=32, cells=4).of(Image(pixels))  # type: ignore[arg-type]  # as above
    assert np.isfinite(found).all()

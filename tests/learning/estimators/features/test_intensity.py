"""Statistics of first order."""

import numpy as np
import pytest
from scipy import stats

from coronal import Image
from coronal_learning.estimators.features.intensity import intensity

VALUES = np.random.default_rng(0).gamma(2.0, 100.0, (3, 20, 30))


@pytest.mark.parametrize("values", [VALUES, VALUES[0]], ids=["volume", "plane"])
def test_it_is_what_the_libraries_say(values: np.ndarray) -> None:
    flat = values.ravel()
    counts, _ = np.histogram(flat, bins=64)
    expected = [
        flat.mean(),
        flat.std(),
        *np.percentile(flat, (0, 10, 25, 50, 75, 90, 100)),
        stats.skew(flat),
        stats.kurtosis(flat),
        stats.entropy(counts, base=2),
    ]
    np.testing.assert_allclose(intensity(Image(values)), expected)


def test_each_channel_is_described_for_itself() -> None:
    colour = Image(np.moveaxis(VALUES, 0, -1), has_channels=True)
    np.testing.assert_allclose(intensity(colour), np.concatenate([intensity(Image(v)) for v in VALUES]))


def test_a_constant_has_no_spread() -> None:
    found = intensity(Image(np.full((7, 7), 0.1)))
    assert found.tolist() == pytest.approx([0.1, 0.0, *[0.1] * 7, 0.0, 0.0, 0.0])

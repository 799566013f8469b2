"""Local binary patterns."""

import numpy as np
import pytest

from coronal import Image
from coronal_learning.estimators.features.lbp import lbp

RANDOM = np.random.default_rng(0)


def test_a_bright_dot_is_one_pattern_of_each_kind_around_it() -> None:
    dot = np.zeros((9, 9), np.uint8)
    dot[4, 4] = 1
    found = lbp(Image(dot)) * dot.size
    # The dot itself has no neighbour as bright; all others have at least those of the dark ground.
    assert found[0] == 1
    assert found[8] == 80


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_the_parts_sum_to_1_and_neither_brightness_nor_turning_counts(dtype: type) -> None:
    noise = RANDOM.integers(0, 100, (30, 30)).astype(dtype)
    found = lbp(Image(noise))
    assert found.sum() == pytest.approx(1)
    np.testing.assert_allclose(found, lbp(Image(noise * 2 + 5)), atol=1e-9)
    np.testing.assert_allclose(found, lbp(Image(np.rot90(noise))), atol=0.01)


def test_a_volume_counts_all_its_slices() -> None:
    volume = RANDOM.integers(0, 100, (4, 20, 20)).astype(np.int16)
    mean = np.mean([lbp(Image(plane)) for plane in volume], axis=0)
    np.testing.assert_allclose(lbp(Image(volume)), mean)

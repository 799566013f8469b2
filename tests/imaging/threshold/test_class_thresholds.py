"""The thresholds between several classes of values, of any image."""

import numpy as np
import pytest
from skimage import data
from skimage.filters import threshold_multiotsu

from coronal_imaging.threshold.class_thresholds import class_thresholds


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_they_are_those_of_the_library(dtype: type) -> None:
    coins = data.coins().astype(dtype)
    assert class_thresholds(coins, 3) == pytest.approx(tuple(threshold_multiotsu(coins, 3)))


def test_they_part_the_classes_with_the_greatest_variance_between_them() -> None:
    values = np.random.default_rng(0).integers(0, 20, 300)

    def between(*levels: int) -> float:
        classes = np.split(np.sort(values), np.searchsorted(np.sort(values), levels, "right"))
        return sum(one.size * float(one.mean() - values.mean()) ** 2 for one in classes if one.size)

    best = max(between(low, high) for low in range(19) for high in range(low + 1, 19))
    assert between(*map(int, class_thresholds(values, 3))) == pytest.approx(best, rel=1e-3)


def test_what_is_no_number_does_not_count() -> None:
    coins = data.coins().astype(float)
    assert class_thresholds(np.append(coins, [np.nan, np.inf, -1e300]), 3) == class_thresholds(coins, 3)


def test_few_values_make_few_classes() -> None:
    assert class_thresholds(np.array([3, 3, 9]), 4) == (3.0,)
    assert class_thresholds(np.array([np.nan, np.nan]), 4) == ()

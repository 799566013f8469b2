"""Otsu's threshold, of any image."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.extra.numpy import arrays
from skimage import data
from skimage.filters import threshold_otsu

from coronal.types.image import supported
from coronal_imaging.threshold.automatic_threshold import (
    Rule,
    li_threshold,
    otsu_threshold,
    triangle_threshold,
    yen_threshold,
)

each_rule = pytest.mark.parametrize(
    "rule", [otsu_threshold, li_threshold, yen_threshold, triangle_threshold], ids=lambda rule: rule.__name__
)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int32, np.float32, np.float64])
def test_it_is_the_library_bit_for_bit(dtype: type) -> None:
    cell = data.cell().astype(dtype)
    assert otsu_threshold(cell) == threshold_otsu(cell)


def test_it_parts_two_classes_with_the_greatest_variance_between_them() -> None:
    values = np.random.default_rng(0).integers(0, 40, 500)

    def between(level: int) -> float:
        low, high = values[values <= level], values[values > level]
        return low.size * high.size * float(low.mean() - high.mean()) ** 2

    best = max(range(39), key=between)
    threshold = otsu_threshold(values)
    assert threshold is not None
    assert between(int(threshold)) == pytest.approx(between(best))


@pytest.mark.parametrize("seed", range(3))
def test_lis_threshold_of_floats_is_where_its_iteration_stands_still(seed: int) -> None:
    values = np.random.default_rng(seed).gamma(2.0, 40.0, 2000)
    threshold = li_threshold(values)
    assert threshold is not None
    low = values.min()
    below, above = (part.mean() - low for part in (values[values <= threshold], values[values > threshold]))
    following = low + (above - below) / np.log(above / below)
    assert abs(following - threshold) <= 2e-6 * np.ptp(values)


@each_rule
def test_what_is_no_number_does_not_count(rule: Rule) -> None:
    values = np.random.default_rng(0).normal(size=(30, 30))
    spoilt = np.append(values, [np.nan, np.inf, -np.inf, 1e300])
    assert rule(spoilt) == rule(values)


@each_rule
@pytest.mark.parametrize("factor", [1e-30, 1e-12, 1.0, 1e12, 1e30])
def test_the_unit_of_the_values_does_not_matter(rule: Rule, factor: float) -> None:
    values = np.random.default_rng(0).normal(5, 1, 1000)
    values[:300] += 6
    threshold = rule((values * factor).astype(np.float32))
    assert threshold is not None
    assert threshold / factor == pytest.approx(rule(values), rel=0.02)


@each_rule
@pytest.mark.parametrize(("steps", "has_one"), [(200, False), (300, True)])
def test_floats_that_256_bins_can_not_tell_apart_have_no_two_classes(
    rule: Rule, steps: int, has_one: bool
) -> None:
    values = 1.0 + np.spacing(1.0) * np.repeat([0.0, steps], [50, 30])
    assert (rule(values) is not None) is has_one


@each_rule
def test_whole_numbers_far_from_zero_take_no_memory_for_those_between(rule: Rule) -> None:
    values = np.array([2**40, 2**40 + 1, 2**41])
    threshold = rule(values)
    assert threshold is not None
    assert 2**40 + 1 <= threshold < 2**41


@each_rule
@settings(max_examples=100, deadline=None)
@given(
    arrays(
        some.sampled_from([np.bool_, np.uint8, np.int16, np.int64, np.float16, np.float32, np.float64]),
        some.integers(1, 20),
    )
)
def test_a_threshold_parts_any_values_in_two_or_there_is_none(rule: Rule, values: np.ndarray) -> None:
    values = supported(values)
    threshold = rule(values)
    if threshold is not None:
        assert (values > threshold).any()
        assert (values <= threshold).any()

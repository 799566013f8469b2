"""A measured number with its interval."""

import numpy as np
import pytest
from scipy.stats import beta

from coronal_learning.evaluation.estimate import Estimate


def test_the_interval_is_that_of_the_middle_95_of_100_resamples() -> None:
    drawn = np.random.default_rng(0).normal(0.8, 0.05, 1000)
    found = Estimate.of(0.8, drawn)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])))


def test_a_narrow_interval_is_one() -> None:
    drawn = np.linspace(0.999, 1.0, 200)
    found = Estimate.of(1.0, drawn, units=10)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])))


@pytest.mark.parametrize(("count", "has_one"), [(99, False), (100, True)])
def test_from_few_resamples_there_is_no_interval(count: int, has_one: bool) -> None:
    drawn = np.append(np.linspace(0.7, 0.9, count), [np.nan] * 7)
    found = Estimate.of(0.8, drawn)
    assert (found.low is not None) is has_one
    assert found.undefined_resamples == 7


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_where_all_resamples_are_the_same_it_is_that_of_clopper_and_pearson(value: float) -> None:
    found = Estimate.of(value, np.full(1000, value), units=20)
    expected = (beta.ppf(0.025, 20, 1), 1.0) if value else (0.0, beta.ppf(0.975, 1, 20))
    assert (found.low, found.high) == pytest.approx(expected)

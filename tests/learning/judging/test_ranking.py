"""Areas under curves in many resamples at once, against scikit-learn on each of them."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from coronal_learning.judging.ranking import Ranking


@pytest.mark.parametrize("places", [1, 12], ids=["many-equal", "all-unlike"])
def test_areas_of_resamples_are_scikit_learns_with_weights(places: int) -> None:
    random = np.random.default_rng(0)
    scores, is_of_it = random.random(80).round(places), random.random(80) < 0.3
    weights = random.multinomial(80, [1 / 80] * 80, size=20).astype(float)
    roc, average = Ranking.of(scores, is_of_it).areas(weights)
    for drawn, area, precision in zip(weights, roc, average, strict=True):
        assert area == pytest.approx(roc_auc_score(is_of_it, scores, sample_weight=drawn))
        assert precision == pytest.approx(average_precision_score(is_of_it, scores, sample_weight=drawn))


@pytest.mark.parametrize("is_of_it", [True, False], ids=["all", "none"])
def test_where_all_or_none_are_of_a_class_there_is_no_area(is_of_it: bool) -> None:
    ranking = Ranking.of(np.array([0.1, 0.9]), np.array([is_of_it] * 2))
    assert np.isnan(ranking.areas(np.ones((3, 2)))).all()
    assert ranking.roc() == ranking.precision_recall() == ()


def test_a_long_curve_keeps_its_ends_and_few_points() -> None:
    random = np.random.default_rng(0)
    is_of_it = random.random(20_000) < 0.5
    roc = Ranking.of(random.normal(size=20_000) + is_of_it, is_of_it).roc()
    assert (roc[0], roc[-1]) == ((0, 0), (1, 1))
    assert len(roc) < 600

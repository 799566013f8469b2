"""Areas under curves in many resamples at once, against scikit-learn on each of them."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

from coronal_learning.evaluation.roc import Ranking


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


@pytest.fixture(scope="module")
def long() -> tuple[np.ndarray, np.ndarray]:
    """Scores of 20,000 items, and whether each is of the class."""
    random = np.random.default_rng(0)
    is_of_it = random.random(20_000) < 0.5
    return random.normal(size=20_000) + is_of_it, is_of_it


def test_a_long_curve_keeps_its_ends_and_few_points(long: tuple[np.ndarray, np.ndarray]) -> None:
    roc = Ranking.of(*long).roc()
    assert (roc[0], roc[-1]) == ((0, 0), (1, 1))
    assert len(roc) < 600


@pytest.mark.parametrize("curve", ["roc", "precision_recall"])
def test_no_point_of_a_long_curve_is_far_from_one_that_is_kept(
    long: tuple[np.ndarray, np.ndarray], curve: str
) -> None:
    scores, is_of_it = long
    if curve == "roc":
        x, y, _ = roc_curve(is_of_it, scores, drop_intermediate=False)
    else:
        y, x, _ = precision_recall_curve(is_of_it, scores)
        x, y = x[:-1], y[:-1]  # scikit-learn adds a point at which nothing is found
    kept = np.array(getattr(Ranking.of(scores, is_of_it), curve)())
    far = np.maximum(abs(x[::9, None] - kept[:, 0]), abs(y[::9, None] - kept[:, 1])).min(axis=1)
    assert far.max() < 1 / 250 + 1e-6

"""Gradient boosting."""

from collections.abc import Mapping
from typing import Any

import pytest
from sklearn.ensemble import GradientBoostingClassifier

from coronal import TrainingContext
from coronal_learning.estimators.estimator import seed_of
from coronal_learning.estimators.gradient_boosting import gradient_boosting


@pytest.mark.parametrize(
    ("parameters", "direct"),
    [
        ({"n_estimators": 30}, {"n_estimators": 30, "max_features": "sqrt"}),
        (
            {
                "n_estimators": 4,
                "learning_rate": 0.5,
                "max_depth": 2,
                "min_samples_leaf": 5,
                "max_features": "all",
            },
            {"n_estimators": 4, "learning_rate": 0.5, "max_depth": 2, "min_samples_leaf": 5},
        ),
    ],
    ids=["many", "few"],
)
def test_it_is_the_library(digits: Any, parameters: dict[str, Any], direct: dict[str, Any]) -> None:
    fitted = gradient_boosting.create(parameters)
    digits.fit(fitted)
    seed = seed_of(TrainingContext(seed=5))
    assert digits.labels(fitted) == digits.direct(GradientBoostingClassifier(random_state=seed, **direct))
    assert digits.accuracy(digits.labels(fitted)) > 0.75


def test_it_tells_how_many_rounds_are_done_and_stops_when_it_is_cancelled(digits: Any) -> None:
    reported: list[float] = []
    fitted = gradient_boosting.create({"n_estimators": 10})
    context = TrainingContext(
        progress=reported.append, is_cancelled=lambda: bool(reported) and reported[-1] > 0.6
    )
    fitted.fit(digits.images[:100], digits.classes[:100], context)
    assert [part for part in reported if part > 0.5] == pytest.approx([0.55, 0.6, 0.65])
    assert fitted.fitted is None


def test_it_tells_the_loss_of_each_round(digits: Any) -> None:
    reported: list[Mapping[str, float]] = []
    fitted = gradient_boosting.create({"n_estimators": 4})
    fitted.fit(digits.images[:100], digits.classes[:100], TrainingContext(measure=reported.append))
    assert [(one["epoch"], one["epochs"]) for one in reported] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    losses = [one["loss"] for one in reported]
    assert losses == sorted(losses, reverse=True)

"""Gradient boosting."""

from typing import Any

import pytest
from sklearn.ensemble import GradientBoostingClassifier

from coronal import Context
from coronal_classifiers.estimator import seed_of
from coronal_classifiers.gradient_boosting import gradient_boosting


@pytest.mark.parametrize(
    ("parameters", "direct"),
    [
        ({"rounds": 30}, {"n_estimators": 30, "max_features": "sqrt"}),
        (
            {"rounds": 4, "learning_rate": 0.5, "depth": 2, "smallest_leaf": 5, "columns": "all"},
            {"n_estimators": 4, "learning_rate": 0.5, "max_depth": 2, "min_samples_leaf": 5},
        ),
    ],
    ids=["many", "few"],
)
def test_it_is_the_library(digits: Any, parameters: dict[str, Any], direct: dict[str, Any]) -> None:
    fitted = gradient_boosting.create(parameters)
    digits.fit(fitted)
    seed = seed_of(Context(seed=5))
    assert digits.labels(fitted) == digits.direct(GradientBoostingClassifier(random_state=seed, **direct))
    assert digits.accuracy(digits.labels(fitted)) > 0.75


def test_it_tells_how_many_rounds_are_done_and_stops_when_it_is_cancelled(digits: Any) -> None:
    told: list[float] = []
    fitted = gradient_boosting.create({"rounds": 10})
    context = Context(progress=told.append, is_cancelled=lambda: bool(told) and told[-1] > 0.6)
    fitted.fit(digits.images[:100], digits.classes[:100], context)
    assert [part for part in told if part > 0.5] == pytest.approx([0.55, 0.6, 0.65, 1.0])

"""Random forests."""

from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

from coronal import TrainingContext
from coronal_learning.estimators.estimator import seed_of
from coronal_learning.estimators.random_forest import random_forest


@pytest.mark.parametrize(
    ("parameters", "direct"),
    [
        ({"n_estimators": 60}, {"n_estimators": 60}),
        (
            {"n_estimators": 15, "max_depth": 5, "max_features": "all"},
            {"n_estimators": 15, "max_depth": 5, "max_features": None},
        ),
        ({"n_estimators": 7, "min_samples_leaf": 4}, {"n_estimators": 7, "min_samples_leaf": 4}),
    ],
    ids=["many", "max_depth", "few"],
)
def test_grown_in_steps_it_is_the_forest_that_grows_at_once(
    digits: Any, parameters: dict[str, Any], direct: dict[str, Any]
) -> None:
    fitted = random_forest.create(parameters)
    digits.fit(fitted)
    forest = RandomForestClassifier(random_state=seed_of(TrainingContext(seed=5)), **direct)
    assert digits.labels(fitted) == digits.direct(forest)
    np.testing.assert_allclose(
        digits.probabilities(fitted), forest.predict_proba(digits.scaled[900:]), atol=1e-6
    )
    assert digits.accuracy(digits.labels(fitted)) > 0.8


def test_it_tells_how_many_trees_have_grown_and_stops_when_it_is_cancelled(digits: Any) -> None:
    reported: list[float] = []
    fitted = random_forest.create({"n_estimators": 100})
    context = TrainingContext(
        progress=reported.append, is_cancelled=lambda: bool(reported) and reported[-1] > 0.6
    )
    fitted.fit(digits.images[:100], digits.classes[:100], context)
    assert [part for part in reported if part > 0.5] == pytest.approx([0.55, 0.6, 0.65])
    assert fitted.fitted is None

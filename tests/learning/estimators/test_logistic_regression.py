"""Logistic regression."""

from typing import Any

import numpy as np
import pytest
from sklearn import linear_model

from coronal import TrainingContext
from coronal_learning.estimators.logistic_regression import logistic_regression


@pytest.mark.parametrize("inverse_strength", [10.0, 0.1])
def test_it_is_the_library(digits: Any, inverse_strength: float) -> None:
    fitted = logistic_regression.create({"C": inverse_strength})
    digits.fit(fitted)
    direct = linear_model.LogisticRegression(C=inverse_strength)
    assert digits.labels(fitted) == digits.direct(direct)
    np.testing.assert_allclose(
        digits.probabilities(fitted), direct.predict_proba(digits.scaled[900:]), atol=1e-5
    )
    assert digits.accuracy(digits.labels(fitted)) > 0.85


def test_the_log_tells_that_it_stopped_too_early(digits: Any) -> None:
    lines: list[str] = []
    fitted = logistic_regression.create({"max_iter": 2})
    fitted.fit(digits.images[:100], digits.classes[:100], TrainingContext(log=lines.append))
    assert lines[1:] == ["not converged after 2 iterations; more, or a smaller C, may help"]
    assert digits.accuracy(digits.labels(fitted)) > 0.5

"""Decision trees."""

from typing import Any

import numpy as np
import pytest
from sklearn.tree import DecisionTreeClassifier

from coronal import Image, TrainingContext
from coronal_learning.estimators.decision_tree import decision_tree
from coronal_learning.estimators.estimator import seed_of


@pytest.mark.parametrize(
    ("parameters", "direct"),
    [
        ({}, {}),
        ({"criterion": "entropy", "max_depth": 6}, {"criterion": "entropy", "max_depth": 6}),
        ({"max_leaf_nodes": 40, "min_samples_leaf": 3}, {"max_leaf_nodes": 40, "min_samples_leaf": 3}),
    ],
    ids=["by itself", "max_depth", "max_leaf_nodes"],
)
def test_it_says_what_the_tree_says(digits: Any, parameters: dict[str, Any], direct: dict[str, Any]) -> None:
    fitted = decision_tree.create(parameters)
    digits.fit(fitted)
    seed = seed_of(TrainingContext(seed=5))
    assert digits.labels(fitted) == digits.direct(DecisionTreeClassifier(random_state=seed, **direct))
    assert digits.accuracy(digits.labels(fitted)) > 0.7


def test_a_probability_is_a_part_of_the_images_in_a_leaf() -> None:
    images = [Image(np.full((2, 2), level, np.uint8)) for level in (1, 1, 1, 9)]
    fitted = decision_tree.create({})
    fitted.fit(images, ["a", "a", "b", "b"], TrainingContext())
    assert fitted.predict(images)[0].probabilities == pytest.approx((2 / 3, 1 / 3))
    assert fitted.predict(images)[3].probabilities == (0.0, 1.0)

"""The nearest neighbours."""

from typing import Any

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from coronal import BadParameter, Image, TrainingContext
from coronal_learning.estimators.k_nearest import k_nearest


@pytest.mark.parametrize(
    ("parameters", "direct"),
    [
        ({}, {}),
        ({"n_neighbors": 1}, {"n_neighbors": 1}),
        ({"n_neighbors": 9, "weights": "distance"}, {"n_neighbors": 9, "weights": "distance"}),
    ],
    ids=["by itself", "one", "distance"],
)
def test_it_is_the_library(digits: Any, parameters: dict[str, Any], direct: dict[str, Any]) -> None:
    fitted = k_nearest.create(parameters)
    digits.fit(fitted)
    assert digits.labels(fitted) == digits.direct(KNeighborsClassifier(**direct))
    assert digits.accuracy(digits.labels(fitted)) > 0.9


@pytest.mark.parametrize(("weights", "expected"), [({}, (0.2, 0.8)), ({"a": 2.0, "b": 0.5}, (0.5, 0.5))])
def test_a_vote_counts_as_much_as_its_class_weighs(
    weights: dict[str, float], expected: tuple[float, float]
) -> None:
    images = [Image(np.full((2, 2), level, np.uint8)) for level in range(5)]
    fitted = k_nearest.create({"n_neighbors": 5})
    fitted.fit(images, ["a", "b", "b", "b", "b"], TrainingContext(class_weights=weights))
    assert fitted.predict(images[:1])[0].probabilities == pytest.approx(expected)


def test_among_equally_near_neighbours_an_image_alone_chooses_as_in_a_batch() -> None:
    random = np.random.default_rng(0)
    images = [Image(random.integers(0, 3, (2, 3)).astype(np.uint8)) for _ in range(400)]
    fitted = k_nearest.create({})
    fitted.fit(images[:100], random.choice(["a", "b"], 100).tolist(), TrainingContext())
    assert [fitted.predict([image])[0] for image in images] == fitted.predict(images)


def test_more_neighbours_than_images_are_refused() -> None:
    images = [Image(np.full((2, 2), level, np.uint8)) for level in range(4)]
    allowed = r"n_neighbors must be at most the number of training images \(4\), found 5"
    with pytest.raises(BadParameter, match=allowed):
        k_nearest.create({}).fit(images, ["a", "a", "b", "b"], TrainingContext())

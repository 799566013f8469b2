"""Naive Bayes."""

from typing import Any

import numpy as np
import pytest
from sklearn.naive_bayes import GaussianNB

from coronal import BadTrainingSet, Image, TrainingContext
from coronal_learning.estimators.naive_bayes import naive_bayes


@pytest.mark.parametrize("smoothing", [1e-9, 0.1])
def test_it_is_the_library(digits: Any, smoothing: float) -> None:
    fitted = naive_bayes.create({"var_smoothing": smoothing})
    digits.fit(fitted)
    direct = GaussianNB(var_smoothing=smoothing)
    assert digits.labels(fitted) == digits.direct(direct)
    assert digits.accuracy(digits.labels(fitted)) > 0.7


def test_halfway_between_two_classes_of_equal_spread_it_is_undecided() -> None:
    fitted = naive_bayes.create({})
    levels = np.array([1.0, 3.0, 7.0, 9.0])
    fitted.fit([Image(np.full((1, 1), level)) for level in levels], ["a", "a", "b", "b"], TrainingContext())
    assert fitted.predict([Image(np.full((1, 1), 5.0))])[0].probabilities == pytest.approx((0.5, 0.5))


def test_classes_that_weigh_the_same_are_equally_probable_before_an_image_is_seen() -> None:
    levels = np.array([1.0, 1.0, 3.0, 3.0, 7.0, 9.0])
    images = [Image(np.full((1, 1), level)) for level in levels]
    halfway = [Image(np.full((1, 1), 5.0))]
    found = {}
    for name, weights in {"balanced": {"a": 0.5, "b": 1.0}, "none": {}}.items():
        fitted = naive_bayes.create({})
        context = TrainingContext(class_weights=weights)
        fitted.fit(images, ["a", "a", "a", "a", "b", "b"], context)
        found[name] = fitted.predict(halfway)[0].probabilities
    assert found["balanced"] == pytest.approx((0.5, 0.5), abs=1e-5)
    assert found["none"] == pytest.approx((2 / 3, 1 / 3), abs=1e-5)


def test_images_that_are_all_the_same_have_no_spread_to_learn() -> None:
    images = [Image(np.full((2, 2), 5, np.uint8))] * 4
    with pytest.raises(BadTrainingSet, match="images must differ for naive Bayes"):
        naive_bayes.create({}).fit(images, ["a", "a", "b", "b"], TrainingContext())

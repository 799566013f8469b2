"""Support vector machines."""

from typing import Any

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.metrics import log_loss
from sklearn.svm import SVC

from coronal import BadTrainingSet, Image, TrainingContext
from coronal_classifiers.svm import svm


@pytest.mark.parametrize(
    ("parameters", "direct"),
    [
        ({}, {}),
        ({"kernel": "linear", "penalty": 0.5}, {"kernel": "linear", "C": 0.5}),
        (
            {"kernel": "polynomial", "degree": 2, "gamma": 0.1},
            {"kernel": "poly", "degree": 2, "gamma": 0.1},
        ),
    ],
    ids=["rbf", "linear", "polynomial"],
)
def test_it_says_what_the_machine_says(
    digits: Any, parameters: dict[str, Any], direct: dict[str, Any]
) -> None:
    fitted = svm.create(parameters)
    digits.fit(fitted)
    found = digits.labels(fitted)
    expected = digits.direct(SVC(break_ties=True, **direct))
    assert found == expected
    assert digits.accuracy(found) > 0.9


def test_its_probabilities_are_nearly_as_often_right_as_they_say(digits: Any) -> None:
    fitted = svm.create({})
    digits.fit(fitted)
    probabilities = digits.probabilities(fitted)
    assert probabilities.max(axis=1).mean() == pytest.approx(digits.accuracy(digits.labels(fitted)), abs=0.05)


def test_its_probabilities_are_better_than_those_of_sigmoids(digits: Any) -> None:
    fitted = svm.create({})
    digits.fit(fitted)
    sigmoids = CalibratedClassifierCV(SVC(), ensemble=False)
    digits.direct(sigmoids)
    losses = [
        log_loss(digits.classes[900:], found)
        for found in (digits.probabilities(fitted), sigmoids.predict_proba(digits.scaled[900:]))
    ]
    assert losses[0] < losses[1]


def test_fewer_folds_do_where_a_class_is_rare() -> None:
    images = [Image(np.full((4, 4), level, np.uint8)) for level in (1, 2, 3, 4, 100, 101)]
    fitted = svm.create({"kernel": "linear"})
    fitted.fit(images, ["dark"] * 4 + ["bright"] * 2, TrainingContext())
    assert [one.label for one in fitted.predict(images)] == ["dark"] * 4 + ["bright"] * 2


def test_a_class_of_one_image_is_too_few_to_leave_one_out() -> None:
    images = [Image(np.full((4, 4), level, np.uint8)) for level in (1, 2, 100)]
    with pytest.raises(BadTrainingSet, match="each class must have 2 images or more, found 1 of 'bright'"):
        svm.create({}).fit(images, ["dark", "dark", "bright"], TrainingContext())

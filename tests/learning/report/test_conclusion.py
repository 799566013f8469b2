"""The first sentence of a report, and which class it calls rare."""

import re

import numpy as np
import pytest

from coronal import Prediction
from coronal_learning.evaluation.about import About
from coronal_learning.evaluation.bootstrap import Resamples
from coronal_learning.evaluation.classifier_report import evaluate_classifier, evaluate_predictions
from coronal_learning.evaluation.evaluation_result import EvaluatedModel, compare_with_first
from coronal_learning.evaluation.predictions import Predictions
from coronal_learning.report.conclusion import conclusion
from coronal_learning.report.overview import rarest

ABOUT = About(model="m@1", algorithm="svm", dataset="d@2", dataset_sha256="", subset="test")
CI = r" \(95\u202f% CI \S+ to \S+\)"


def evaluated(*shares: float, subset: str = "test", patients: tuple[str, ...] = ()) -> list[EvaluatedModel]:
    """Evaluate models that are right in a share of 100 images, the first ones."""
    truth = ["cat", "dog"] * 50
    resamples = Resamples.of(100, patients=patients)
    found = []
    for share in shares:
        right = np.arange(100) < 100 * share
        of_cat = np.where(right == (np.array(truth) == "cat"), 0.8, 0.2)
        predictions = [Prediction(("cat", "dog"), (one, 1 - one)) for one in of_cat]
        found.append(evaluate_predictions(Predictions.of(truth, predictions), resamples))
    return [
        EvaluatedModel(ABOUT.model_copy(update={"model": f"m@{number}", "subset": subset}), one)
        for number, one in enumerate(compare_with_first(found), start=1)
    ]


def test_of_one_model_it_says_how_accurate_it_is_on_which_images() -> None:
    expected = r"On the 100 held-out test images in d@2, the classifier m@1 \(svm\) had an accuracy of 0.900"
    assert_matches(conclusion(evaluated(0.9)), expected + CI + r"\.")


def test_of_two_models_it_says_how_the_second_differs_from_the_reference() -> None:
    expected = (
        r"On the 100 images of 25 patients in d@2, the classifier m@2 \(svm\) had an accuracy of 0.900"
        + CI
        + r", compared with 0.600"
        + CI
        + r" for the reference m@1 \(svm\): a difference of \+0.300"
        + CI
        + r"\."
    )
    patients = tuple(f"p{number // 4}" for number in range(100))
    assert_matches(conclusion(evaluated(0.6, 0.9, subset="all", patients=patients)), expected)


def test_of_several_it_names_the_best_of_those_compared() -> None:
    text = conclusion(evaluated(0.6, 0.8, 0.9))
    assert "m@3 (svm), the best of 2 compared classifiers, had an accuracy of 0.900" in text


def test_a_difference_whose_interval_holds_0_is_not_significant() -> None:
    assert conclusion(evaluated(0.9, 0.91)).endswith("), not significant.")


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((100, 100, 100), None),
        ((30, 30, 30, 30, 30, 30, 30, 30, 30, 31), None),
        ((90, 100, 110), None),
        ((10, 90), 10),
        ((5, 5, 80, 90), 5),
        ((0, 50, 50), None),
        ((7,), None),
    ],
)
def test_a_class_is_called_rare_only_where_the_others_are_more_frequent(
    counts: tuple[int, ...], expected: int | None
) -> None:
    names = tuple(map(str, range(max(2, len(counts)))))
    truth = [name for name, count in zip(names, counts, strict=False) for _ in range(count)]
    flat = Prediction(names, tuple(np.full(len(names), 1 / len(names))))
    assert rarest(evaluate_classifier(truth, [flat] * len(truth))) == expected


def assert_matches(text: str, pattern: str) -> None:
    assert re.fullmatch(pattern, text), text

"""Two models on the same items."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from evaluation_cases import answered, drawn, said
from scipy.stats import binom

from coronal import LabelMap, Prediction
from coronal_learning.evaluation.bootstrap import Resamples
from coronal_learning.evaluation.classifier_report import evaluate_classifier, evaluate_predictions
from coronal_learning.evaluation.item_scores import ItemScores
from coronal_learning.evaluation.model_comparison import ModelComparison, compare
from coronal_learning.evaluation.predictions import Predictions
from coronal_learning.evaluation.segmenter_report import evaluate_items, evaluate_segmenter


def compare_classifiers(
    truth: list[str], *said: list[Prediction], patients: Sequence[str] = ()
) -> ModelComparison:
    resamples = Resamples.of(len(truth), patients=patients)
    return compare(*(evaluate_predictions(Predictions.of(truth, one), resamples)[1] for one in said))


def compare_segmenters(
    truth: list[LabelMap], *found: list[LabelMap], names: dict[int, str]
) -> ModelComparison:
    resamples = Resamples.of(len(truth))
    scored = [[ItemScores.of(*pair, names) for pair in zip(truth, one, strict=True)] for one in found]
    return compare(*(evaluate_items(items, names, resamples)[1] for items in scored))


def test_differences_are_the_second_less_the_first() -> None:
    one, other = said(sharpness=1.0), said(sharpness=2.0)
    differences = compare_classifiers(one.truth, one.predictions, other.predictions)
    first, second = (dict(evaluate_classifier(one.truth, each.predictions).metrics) for each in (one, other))
    assert differences.metrics.keys() == first.keys()
    for name, difference in differences.metrics.items():
        assert difference.value == pytest.approx(second[name].value - first[name].value)
        assert difference.low <= difference.value <= difference.high


def test_the_interval_is_paired() -> None:
    # Alike but for 10 of 400 items: each by itself is far less sure than the difference.
    random = np.random.default_rng(0)
    right = (random.random(400) < 0.7).tolist()
    lost = [number for number, one in enumerate(right) if one][:10]
    worse = [one and number not in lost for number, one in enumerate(right)]
    truth, second = answered(right)
    first = answered(worse)[1]
    accuracy = compare_classifiers(truth, first, second).metrics["accuracy"]
    assert accuracy.value == pytest.approx(10 / 400)
    assert accuracy.high - accuracy.low == pytest.approx(2 * 1.96 * math.sqrt(0.025 * 0.975 / 400), rel=0.15)
    alone = evaluate_classifier(truth, first).metrics.accuracy
    assert accuracy.high - accuracy.low < (alone.high - alone.low) / 2


def test_mcnemars_p_is_that_of_a_fair_coin() -> None:
    truth, first = answered([True] * 9 + [False] * 11)
    second = answered([False] + [True] * 8 + [True] * 9 + [False] * 2)[1]
    differences = compare_classifiers(truth, first, second)
    assert (differences.reference_only, differences.model_only) == (1, 9)
    assert differences.p_value == pytest.approx(2 * binom.cdf(1, 10, 0.5))


def test_a_model_is_no_other_than_itself() -> None:
    one = said()
    differences = compare_classifiers(one.truth, one.predictions, one.predictions)
    assert (differences.reference_only, differences.model_only, differences.p_value) == (0, 0, 1.0)
    assert all(difference.value == 0 for difference in differences.metrics.values())


def test_classifiers_may_order_their_classes_each_in_its_own_way() -> None:
    one = said()
    turned = [Prediction(each.classes[::-1], each.probabilities[::-1]) for each in one.predictions]
    differences = compare_classifiers(one.truth, one.predictions, turned)
    assert all(difference.value == pytest.approx(0) for difference in differences.metrics.values())


def test_patients_are_drawn_whole() -> None:
    one, other = said(sharpness=1.0), said(sharpness=2.0)
    patients = [str(number // 30) for number in range(300)]
    differences = compare_classifiers(one.truth, one.predictions, other.predictions, patients=patients)
    assert (differences.bootstrap.unit, differences.bootstrap.unit_count) == ("patient", 10)


def test_segmenters_are_compared_item_by_item() -> None:
    truth, first = drawn(8), drawn(8, 1)
    second = [*truth[:6], *first[6:]]
    names = {1: "liver", 2: "vessel"}
    differences = compare_segmenters(truth, first, second, names=names)
    before, after = (dict(evaluate_segmenter(truth, found, names=names).metrics) for found in (first, second))
    for name, difference in differences.metrics.items():
        assert difference.value == pytest.approx(after[name].value - before[name].value)
    assert (differences.reference_only, differences.model_only) == (0, 6)
    assert differences.p_value == pytest.approx(2 * 0.5**6)


def test_an_item_with_nothing_in_it_tells_segmenters_not_apart() -> None:
    empty = [LabelMap(np.zeros((4, 4), int))] * 2
    differences = compare_segmenters(empty, empty, empty, names={1: "liver"})
    assert (differences.reference_only, differences.model_only, differences.p_value) == (0, 0, 1.0)
    assert differences.metrics["dice"].value is None


def test_models_that_were_evaluated_with_other_resamples_are_not_compared() -> None:
    one = said()
    predictions = Predictions.of(one.truth, one.predictions)
    standings = [evaluate_predictions(predictions, Resamples.of(300, seed=seed))[1] for seed in (0, 1)]
    with pytest.raises(ValueError, match="evaluated with the same resamples"):
        compare(*standings)

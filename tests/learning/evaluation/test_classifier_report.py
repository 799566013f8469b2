"""A classifier's metrics, against scikit-learn called directly, and against values known otherwise."""

import json
import math
from collections.abc import Iterator

import numpy as np
import pytest
from evaluation_cases import CLASSES, Said, answered, said
from sklearn import metrics

from coronal import BadDataset, Prediction
from coronal_learning.evaluation.classifier_report import ClassifierReport, evaluate_classifier


def evaluated(one: Said, seed: int = 0) -> ClassifierReport:
    return evaluate_classifier(one.truth, one.predictions, seed=seed)


def numbers_of(value: object) -> Iterator[float]:
    match value:
        case dict():
            for one in value.values():
                yield from numbers_of(one)
        case list():
            for one in value:
                yield from numbers_of(one)
        case float():
            yield value


@pytest.mark.parametrize("classes", [CLASSES, ("no", "yes")], ids=["three", "two"])
def test_metrics_are_those_of_scikit_learn(classes: tuple[str, ...]) -> None:
    one = said(classes=classes)
    reported, truth, labels = evaluated(one).metrics, one.truth, one.labels
    of_class = np.eye(len(classes))[one.codes]
    areas = metrics.roc_auc_score(of_class, one.probabilities, average="macro", multi_class="ovr")
    average = metrics.average_precision_score(of_class, one.probabilities, average="macro")
    assert reported.accuracy.value == pytest.approx(metrics.accuracy_score(truth, labels))
    assert reported.balanced_accuracy.value == pytest.approx(metrics.balanced_accuracy_score(truth, labels))
    assert reported.macro_f1.value == pytest.approx(metrics.f1_score(truth, labels, average="macro"))
    assert reported.roc_auc.value == pytest.approx(areas)
    assert reported.average_precision.value == pytest.approx(average)
    brier = metrics.brier_score_loss(truth, one.probabilities, labels=list(classes), scale_by_half=False)
    assert reported.brier_score.value == pytest.approx(brier)


def test_the_roc_auc_is_the_one_of_one_against_rest() -> None:
    one = said()
    directly = metrics.roc_auc_score(one.codes, one.probabilities, multi_class="ovr")
    assert evaluated(one).metrics.roc_auc.value == pytest.approx(directly)


def test_rows_and_confusion_are_those_of_scikit_learn() -> None:
    one = said()
    report = evaluated(one)
    rows = metrics.precision_recall_fscore_support(one.truth, one.labels, labels=list(CLASSES))
    for row, *expected in zip(report.rows, *rows, strict=True):
        assert (row.precision.value, row.recall.value, row.f1.value, row.support) == pytest.approx(
            tuple(expected)
        )
    assert np.array_equal(report.confusion_matrix, metrics.confusion_matrix(one.truth, one.labels))
    for name, row in zip(CLASSES, report.per_class, strict=True):
        # The specificity for a class is the sensitivity for all that is of none.
        others = [[label != name for label in each] for each in (one.truth, one.labels)]
        assert row.specificity.value == pytest.approx(metrics.recall_score(*others))
    assert [row.predicted for row in report.rows] == np.sum(report.confusion_matrix, axis=0).tolist()


def test_curves_run_through_points_of_scikit_learns() -> None:
    one = said()
    for place, row in enumerate(evaluated(one).rows):
        scores, is_of_it = one.probabilities[:, place], one.codes == place
        false, found, _ = metrics.roc_curve(is_of_it, scores, drop_intermediate=False)
        precision, recall, _ = metrics.precision_recall_curve(is_of_it, scores)
        assert {*row.roc_curve} <= {*zip(false.round(6).tolist(), found.round(6).tolist(), strict=True)}
        assert {*row.precision_recall_curve} <= {
            *zip(recall.round(6).tolist(), precision.round(6).tolist(), strict=True)
        }
        assert (row.roc_curve[0], row.roc_curve[-1]) == ((0, 0), (1, 1))


def test_the_calibration_error_is_the_gap_where_all_have_one_confidence() -> None:
    truth, predictions = answered([True] * 7 + [False] * 3, confidence=0.95)
    report = evaluate_classifier(truth, predictions)
    assert report.metrics.expected_calibration_error.value == pytest.approx(0.95 - 0.7)
    assert [one.n for one in report.calibration_curve] == [0] * 9 + [10]
    assert report.calibration_curve[-1].observed_frequency.value == pytest.approx(0.7)


def test_the_calibration_error_is_the_mean_gap_of_ten_bins() -> None:
    one = said()
    confidence, is_right = one.probabilities.max(axis=1), np.array(one.labels) == np.array(one.truth)
    gaps = []
    for upper in np.linspace(0.1, 1, 10):
        is_in = (confidence > upper - 0.1 + 1e-12) & (confidence <= upper + 1e-12)
        gaps += [is_in.sum() * abs(is_right[is_in].mean() - confidence[is_in].mean())] if is_in.any() else []
    assert evaluated(one).metrics.expected_calibration_error.value == pytest.approx(sum(gaps) / 300)


def test_the_brier_score_has_its_closed_form() -> None:
    truth, predictions = answered([True] * 7 + [False] * 3, confidence=0.9)
    reported = evaluate_classifier(truth, predictions).metrics.brier_score.value
    assert reported == pytest.approx(0.7 * 2 * 0.1**2 + 0.3 * 2 * 0.9**2)


def test_a_value_lies_in_its_interval() -> None:
    report = evaluated(said())
    for name, one in report.metrics:
        assert one.low <= one.value <= one.high, name
        assert one.undefined_resamples == 0


def test_intervals_hold_a_known_accuracy_about_as_often_as_they_say() -> None:
    random = np.random.default_rng(0)
    reported = [
        evaluate_classifier(*answered((random.random(200) < 0.8).tolist()), seed=seed).metrics.accuracy
        for seed in range(150)
    ]
    held = np.mean([one.low <= 0.8 <= one.high for one in reported])
    assert 0.90 <= held <= 0.99
    # The width that the binomial distribution has.
    width = np.mean([one.high - one.low for one in reported])
    assert width == pytest.approx(2 * 1.96 * math.sqrt(0.8 * 0.2 / 200), rel=0.1)


def test_where_items_of_a_patient_agree_the_interval_is_as_wide_as_that_of_so_many_patients() -> None:
    right = np.repeat(np.random.default_rng(0).random(40) < 0.7, 10).tolist()
    truth, predictions = answered(right)
    patients = [f"patient {number // 10}" for number in range(400)]
    by_item = evaluate_classifier(truth, predictions)
    by_patient = evaluate_classifier(truth, predictions, patients=patients)
    narrow, wide = (one.metrics.accuracy.high - one.metrics.accuracy.low for one in (by_item, by_patient))
    assert wide / narrow == pytest.approx(math.sqrt(10), rel=0.15)
    assert (by_patient.bootstrap.unit, by_patient.bootstrap.unit_count) == ("patient", 40)
    assert (by_item.bootstrap.unit, by_item.bootstrap.unit_count) == ("item", 400)


def test_an_item_of_no_known_patient_is_drawn_by_itself() -> None:
    truth, predictions = answered([True] * 4)
    report = evaluate_classifier(truth, predictions, patients=["ann", "", "ann", ""])
    assert report.bootstrap.unit_count == 3


def test_the_same_seed_gives_the_same_report_and_another_one_other_intervals() -> None:
    one = said()
    first, again, other = (evaluated(one, seed) for seed in (1, 1, 2))
    assert first.model_dump_json() == again.model_dump_json()
    assert first.metrics.brier_score.value == other.metrics.brier_score.value
    assert first.metrics.brier_score.low != other.metrics.brier_score.low


def test_a_class_that_is_nowhere_in_the_truth_is_reported_and_in_no_mean() -> None:
    one = said()
    with_fish = Said(one.truth, np.insert(one.probabilities, 0, 0.0, axis=1), ("fish", *CLASSES))
    report = evaluated(with_fish)
    assert report.absent == ("fish",)
    assert report.metrics == evaluated(one).metrics
    row = report.rows[0]
    assert (row.support, row.recall.value, row.f1.value, row.roc_auc.value, row.roc_curve) == (
        0,
        None,
        None,
        None,
        (),
    )


def test_resamples_without_a_class_are_left_out_and_counted() -> None:
    one = said(60)
    truth = ["dog", *("bird" if name == "dog" else name for name in one.truth[1:])]
    report = evaluate_classifier(truth, one.predictions)
    # That one item of 60 isn't drawn in 60 draws: (1 - 1/60)^60.
    assert report.metrics.balanced_accuracy.undefined_resamples == pytest.approx(
        1000 * (59 / 60) ** 60, abs=60
    )
    assert report.metrics.accuracy.undefined_resamples == 0
    assert report.metrics.balanced_accuracy.low is not None


def test_where_all_is_right_the_interval_of_a_proportion_is_the_exact_one() -> None:
    report = evaluate_classifier(*answered([True] * 50))
    assert report.metrics.accuracy.low == pytest.approx(0.025 ** (1 / 50))
    assert report.metrics.accuracy.high == 1
    assert report.rows[0].recall.low == pytest.approx(0.025 ** (1 / 25))
    assert (report.metrics.roc_auc.value, report.metrics.roc_auc.low) == (1, None)


@pytest.mark.parametrize(
    ("truth", "certain"),
    [(["a"], "a"), (["a"] * 5, "a"), (["a"] * 5, "b"), (["a", "b"], "a"), (["a", "b", "c"] * 3, "a")],
    ids=["one-item", "all-right", "all-wrong", "two-items", "one-answer"],
)
def test_what_cannot_be_reported_is_null_in_json(truth: list[str], certain: str) -> None:
    classes = ("a", "b", "c")
    predictions = [Prediction(classes, tuple(float(name == certain) for name in classes))] * len(truth)
    text = evaluate_classifier(truth, predictions, patients=["one"] * len(truth)).model_dump_json()
    assert all(math.isfinite(one) for one in numbers_of(json.loads(text)))
    assert "NaN" not in text


def test_one_class_in_the_truth_has_no_area() -> None:
    report = evaluate_classifier(["cat"] * 20, answered([True] * 20)[1])
    assert report.absent == ("dog",)
    assert report.metrics.roc_auc.value is report.metrics.average_precision.value is None
    assert report.metrics.accuracy.value == pytest.approx(0.5)


def test_of_one_patient_nothing_is_said_of_how_sure_it_is() -> None:
    truth, predictions = answered([True] * 8 + [False] * 2)
    accuracy = evaluate_classifier(truth, predictions, patients=["ann"] * 10).metrics.accuracy
    assert (accuracy.value, accuracy.low, accuracy.high) == (0.8, None, None)


def test_the_worst_mistakes_are_those_that_it_was_most_sure_of() -> None:
    one = said(sharpness=0.5)
    report = evaluated(one)
    sure = [item.probability for item in report.misclassified]
    wrong = [
        (max(row), number)
        for number, row in enumerate(one.probabilities)
        if one.labels[number] != one.truth[number]
    ]
    assert sure == sorted(sure, reverse=True)
    assert sure[0] == pytest.approx(max(wrong)[0])
    assert (len(report.misclassified), report.misclassified_count) == (12, len(wrong))
    for mistake in report.misclassified:
        assert (mistake.truth, mistake.predicted) == (one.truth[mistake.item], one.labels[mistake.item])


def test_a_class_that_the_classifier_does_not_know_is_refused() -> None:
    with pytest.raises(
        BadDataset, match=r"that the model knows, \['cat', 'dog'\]; found 2 of others, \['fish'\]"
    ):
        evaluate_classifier(["fish", "cat", "fish"], answered([True] * 3)[1])


def test_no_item_is_refused() -> None:
    with pytest.raises(BadDataset, match="an item to evaluate on, found none"):
        evaluate_classifier([], [])


@pytest.mark.parametrize(
    ("truth", "patients"), [(["cat"], []), (["cat", "dog"], ["ann"])], ids=["predictions", "patients"]
)
def test_sequences_of_unlike_length_are_a_bug(truth: list[str], patients: list[str]) -> None:
    with pytest.raises(ValueError, match="each item must have"):
        evaluate_classifier(truth, answered([True] * 2)[1], patients=patients)

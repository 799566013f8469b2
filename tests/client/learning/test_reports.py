"""Reports, read."""

import pytest

from coronal_client.errors import BadAnswer
from coronal_client.learning.reports import Estimate, Report


def reported(value: float | None, low: float | None = None, high: float | None = None) -> dict[str, object]:
    return {"value": value, "low": low, "high": high, "undefined_resamples": 0}


def evaluated(model: str, accuracy: float, difference: object = None) -> dict[str, object]:
    row = {"name": "rare", "support": 5, "predicted": 9, "recall": reported(0.2, 0.0, 0.6), "roc_curve": []}
    metrics = {"accuracy": reported(accuracy)}
    return {"name": model, "n": 100, "metrics": metrics, "per_class": [row], "differences": difference}


def report_of(*models: dict[str, object]) -> Report:
    return Report.of(
        {"about": {"dataset": "digits@1", "subset": "test"}, "learning_curve": [], "models": models}
    )


def test_a_report_tells_metrics_and_classes_with_their_intervals() -> None:
    report = report_of(evaluated("forest@1", 0.9))
    assert (report.model, report.dataset, report.subset, report.n) == ("forest@1", "digits@1", "test", 100)
    assert report.metrics == {"accuracy": Estimate(0.9)}
    (row,) = report.per_class
    assert (row.name, row.support, row.metrics) == ("rare", 5, {"recall": Estimate(0.2, 0.0, 0.6)})
    assert (report.others, report.differences) == ((), {})


def test_a_comparison_tells_of_each_model_and_how_it_differs_from_the_first() -> None:
    differences = {"metrics": {"accuracy": reported(0.05, -0.01, 0.11)}, "p_value": 0.1}
    report = report_of(
        evaluated("forest@1", 0.9),
        evaluated("forest@2", 0.95, differences),
        evaluated("tree@1", 0.8, differences),
    )
    assert [one.model for one in report.others] == ["forest@2", "tree@1"]
    assert report.others[0].metrics == {"accuracy": Estimate(0.95)}
    assert report.others[0].differences == {"accuracy": Estimate(0.05, -0.01, 0.11)}
    assert (report.differences, report.others[1].subset) == ({}, "test")


@pytest.mark.parametrize(
    ("estimate", "text"),
    [
        (Estimate(0.9, 0.85, 0.94), "0.900 (0.850 to 0.940)"),
        (Estimate(0.9), "0.900"),
        (Estimate(None), "–"),
    ],
)
def test_an_estimate_is_written_with_how_sure_it_is(estimate: Estimate, text: str) -> None:
    assert str(estimate) == text


@pytest.mark.parametrize("wrong", [{}, {"about": {}, "models": []}, {"about": None, "models": [{}]}])
def test_what_is_no_report_is_no_answer(wrong: dict[str, object]) -> None:
    with pytest.raises(BadAnswer, match="the report is none"):
        Report.of(wrong)

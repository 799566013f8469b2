"""Reports, read."""

import pytest

from coronal_client.errors import BadAnswer
from coronal_client.reports import Estimate, Report


def told(value: float | None, low: float | None = None, high: float | None = None) -> dict[str, object]:
    return {"value": value, "low": low, "high": high, "left_out": 0}


def judged(model: str, accuracy: float) -> dict[str, object]:
    row = {"name": "rare", "n": 5, "predicted": 9, "recall": told(0.2, 0.0, 0.6), "roc": {"x": [], "y": []}}
    return {
        "about": {"model": model, "dataset": "digits@1", "part": "test"},
        "report": {"kind": "classifier", "n": 100, "metrics": {"accuracy": told(accuracy)}, "rows": [row]},
    }


def test_a_report_tells_metrics_and_classes_with_their_intervals() -> None:
    report = Report.of(judged("forest@1", 0.9) | {"curve": [], "against": None})
    assert (report.model, report.dataset, report.part, report.n) == ("forest@1", "digits@1", "test", 100)
    assert report.metrics == {"accuracy": Estimate(0.9)}
    (row,) = report.rows
    assert (row.name, row.n, row.metrics) == ("rare", 5, {"recall": Estimate(0.2, 0.0, 0.6)})
    assert (report.against, report.differences) == (None, {})


def test_a_comparison_tells_both_and_their_differences() -> None:
    differences = {"metrics": {"accuracy": told(0.05, -0.01, 0.11)}, "p_value": 0.1}
    second = judged("forest@2", 0.95) | {"differences": differences}
    report = Report.of(judged("forest@1", 0.9) | {"against": second})
    assert report.against is not None
    assert (report.against.model, report.against.metrics) == ("forest@2", {"accuracy": Estimate(0.95)})
    assert report.differences == {"accuracy": Estimate(0.05, -0.01, 0.11)}


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


@pytest.mark.parametrize("wrong", [{}, {"about": {}, "report": {}}, {"about": None, "report": None}])
def test_what_is_no_report_is_no_answer(wrong: dict[str, object]) -> None:
    with pytest.raises(BadAnswer, match="the report is none"):
        Report.of(wrong)

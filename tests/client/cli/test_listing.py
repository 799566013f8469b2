"""Lists and reports on a terminal."""

from datetime import UTC, datetime

import pytest
from rich.console import Console

from coronal_client.cli.display.datasets import show_dataset
from coronal_client.cli.display.listing import listing
from coronal_client.cli.display.models import list_models
from coronal_client.cli.display.report import show_tables
from coronal_client.cli.display.reports import show_report
from coronal_client.cli.display.screen import Screen
from coronal_client.learning.reports import ClassMetrics, Estimate, Report
from coronal_client.learning.versions import Version
from coronal_client.results import Results

LONG = "a-model-whose-name-is-as-long-as-the-names-of-models-can-be@12"
EACH = Estimate(0.9123, 0.8512, 0.9534)
METRICS = dict.fromkeys(("accuracy", "balanced_accuracy", "roc_auc", "expected_calibration_error"), EACH)
OF_CLASS = dict.fromkeys(("precision", "recall", "specificity", "f1", "roc_auc", "average_precision"), EACH)


def screen(width: int = 80, *, is_wide: bool = False) -> Screen:
    return Screen(is_json=False, is_wide=is_wide, results=Console(width=width, highlight=False))


def widest(text: str) -> int:
    """Return the length of the longest line of a table: a sentence goes on in the next line by itself."""
    return max(len(line) for line in text.splitlines() if not line.startswith((LONG, "  left out")))


def report(classes: int, model: str = LONG, *others: Report) -> Report:
    rows = tuple(ClassMetrics(f"a-class-with-a-long-name-{number}", 9, OF_CLASS) for number in range(classes))
    return Report(model, "cells@1", "test", 900, METRICS, rows, METRICS, others)


def version(name: str) -> Version:
    facts = {
        "algorithm": "gradient-boosting",
        "dataset": {"name": "handwritten-digits-of-eight-by-eight", "version": 3},
        "metrics": {"accuracy": {"value": 0.9, "low": 0.8, "high": 0.95}},
        "classes": {f"{name}-{number}": 1_000 for number in range(3)},
    }
    made = datetime(2026, 1, 1, tzinfo=UTC)
    return Version("models", name, 12, "ab" * 32, 9, made, facts, {}, ("production", "candidate"))


@pytest.mark.parametrize("width", [50, 80, 120])
def test_text_is_broken_at_words_and_what_a_thing_is_asked_for_by_never(width: int) -> None:
    out = screen(width)
    with out.results.capture() as capture:
        out.show(
            listing(("algorithm", "what it does"), [("gaussian", "word " * 30), ("non-local-means", "x")])
        )
    lines = capture.get().splitlines()
    assert max(map(len, lines)) <= width
    assert any(line.split()[:1] == ["non-local-means"] for line in lines)
    assert capture.get().split().count("word") == 30


def test_what_has_no_room_side_by_side_is_listed_row_by_row_with_nothing_left_out() -> None:
    out = screen()
    with out.results.capture() as capture:
        list_models(out, [version("a" * 63), version("short")])
    text = capture.get()
    assert max(map(len, text.splitlines())) <= 80
    assert f"{'a' * 63}@12" in text
    for word in ("short@12", "gradient-boosting", "handwritten-digits-of-eight-by-eight@3", "data set"):
        assert word in text
    assert text.count("accuracy 0.900") == 2


def test_a_report_of_long_names_and_many_classes_fits_and_names_what_is_left_out() -> None:
    out = screen()
    with out.results.capture() as capture:
        show_report(out, report(25))
    text = capture.get()
    assert widest(text) <= 80
    assert "left out: 5 more, ROC AUC, average precision, intervals; --wide shows all" in text
    assert text.count("0.912 (0.851 to 0.953)") == len(METRICS)


def test_a_comparison_of_long_names_fits() -> None:
    out = screen()
    with out.results.capture() as capture:
        show_report(out, report(2, LONG, report(2, f"{LONG}3"), report(2, "forest@1")))
    assert widest(capture.get()) <= 80
    assert capture.get().count("0.912 (0.851 to 0.953)") == 2 * len(METRICS)


def test_a_wide_report_has_each_class_and_metric_with_its_interval() -> None:
    out = screen(is_wide=True)
    with out.results.capture() as capture:
        show_report(out, report(25))
    text = capture.get()
    rows = [line for line in text.splitlines() if "a-class-with-a-long-name" in line]
    assert [line.count("0.912 (0.851 to 0.953)") for line in rows] == [len(OF_CLASS)] * 25
    assert "left out" not in text


def test_a_data_set_with_long_names_of_classes_fits() -> None:
    out = screen()
    with out.results.capture() as capture:
        show_dataset(out, version("b" * 90))
    table = [line for line in capture.get().splitlines() if "sha256" not in line and "@12" not in line]
    assert max(map(len, table)) <= 80
    assert sum(line.count("1,000") for line in table) == 3


@pytest.mark.parametrize(("is_wide", "named"), [(False, 10), (True, 40)])
def test_of_many_classes_the_most_probable_are_shown(is_wide: bool, named: int) -> None:
    probabilities = {f"kind-{number:02}": number / 780 for number in range(40)}
    body = {"artifacts": [], "result": {"predictions": {"classify": {"probabilities": probabilities}}}}
    out = screen(is_wide=is_wide)
    with out.results.capture() as capture:
        show_tables(out, Results(None, body))
    text = capture.get()
    assert text.count("kind-") == named
    assert ("kind-39 0.050" in text, "30 less probable are left out; --wide" in text) == (True, not is_wide)

"""A comparison on a terminal."""

import pytest
from rich.console import Console

from coronal_client import Comparison, Difference, FileComparison, Verdict
from coronal_client.cli.display.replay import replayed

FEATURES = " ".join(f"avx512_{name}" for name in ("vnni", "bitalg", "vpopcntdq", "vbmi2", "bf16", "fp16"))
LONG = Comparison(
    "a" * 26,
    "b" * 26,
    (
        FileComparison("labels.nii.gz", Verdict.WITHIN_TOLERANCE, "3 of 51,200 labelled pixels differ"),
        FileComparison(
            "measurements-shape.csv",
            Verdict.DIFFERS,
            "12 of 480 values differ; line 17 column 12: 1.2345678901234567 → 9.8765432109876543",
        ),
        FileComparison("overlay.png", Verdict.EQUAL, ""),
    ),
    (
        Difference("algorithm otsu", "1.2 (coronal-imaging 0.1.0)", "1.3 (coronal-imaging 0.2.0)"),
        Difference("processor features", FEATURES, ""),
    ),
)


def shown(comparison: Comparison) -> str:
    console = Console(width=80)
    with console.capture() as capture:
        console.print(*replayed(comparison), sep="\n")
    return capture.get()


def test_a_comparison_fits_a_terminal_and_says_each_thing_in_full() -> None:
    text = shown(LONG)
    assert max(map(len, text.splitlines())) <= 80
    words = text.split()
    for file in LONG.files:
        assert file.name in words
        assert set(str(file.verdict).split()) <= {*words}
    for what in ("algorithm otsu", "processor features"):
        assert what in text
    assert text.splitlines()[-1] == "The results differ."


@pytest.mark.parametrize("verdict", Verdict, ids=str)
def test_without_a_reason_it_is_said_that_there_is_none_where_one_is_wanted(verdict: Verdict) -> None:
    text = shown(Comparison("a", "b", (FileComparison("a.csv", verdict, ""),), ()))
    assert ("Both provenances are the same" in text) == (verdict is not Verdict.EQUAL)

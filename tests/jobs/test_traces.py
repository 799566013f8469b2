"""The traceback of an error in a job's log."""

import ast
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from coronal import BadImage
from coronal_jobs.traces import trace_of

SECRETS = ("DOE^JOHN", "41.25", "/srv/scans", "P-00017")


def array_in_a_message() -> None:
    raise ValueError(f"unexpected {np.full((2, 2), 41.25)}")


def arguments_that_hold_data() -> None:
    raise RuntimeError("P-00017", np.full(3, 41.25), {"name": "DOE" + "^JOHN"})


def key_that_is_missing() -> None:
    patients: dict[str, int] = {}
    patients["DOE" + "^JOHN"]


def text_that_is_no_number() -> None:
    float("DOE" + "^JOHN")


def file_that_is_missing() -> None:
    Path("/srv", "scans", "x.png").read_bytes()


def note_on_an_error() -> None:
    error = ValueError("x")
    error.add_note("of patient " + "DOE" + "^JOHN")
    raise error


def cause_with_data() -> None:
    try:
        key_that_is_missing()
    except KeyError as error:
        raise BadImage("the image must have a name") from error


def context_with_data() -> None:
    try:
        key_that_is_missing()
    finally:
        array_in_a_message()


def group_with_data() -> None:
    raise ExceptionGroup("of P-" + "00017", [ValueError("DOE" + "^JOHN")])


def source_that_is_no_program() -> None:
    ast.parse("DOE" + "^JOHN = = 41.25", "/srv/scans/x.py")


def broken_document() -> None:
    json.loads('{"name": DOE' + "^JOHN}")


def shapes_that_differ() -> None:
    np.zeros((3, 4)) + np.full(5, 41.25)


def error_that_cannot_be_reported() -> None:
    class Odd(Exception):
        def __str__(self) -> str:
            raise ValueError("DOE" + "^JOHN")

    raise Odd


RAISING = [
    array_in_a_message,
    arguments_that_hold_data,
    key_that_is_missing,
    text_that_is_no_number,
    file_that_is_missing,
    note_on_an_error,
    cause_with_data,
    context_with_data,
    group_with_data,
    source_that_is_no_program,
    broken_document,
    shapes_that_differ,
    error_that_cannot_be_reported,
]


def lines_of(raising: Callable[[], None]) -> list[str]:
    try:
        raising()
    except BaseException as error:
        return trace_of(error)
    raise AssertionError("nothing was raised")


@pytest.mark.parametrize("raising", RAISING, ids=lambda one: one.__name__.replace("_", " "))
def test_a_traceback_tells_where_and_what_kind_and_no_value_name_or_path(raising: Callable[[], None]) -> None:
    lines = lines_of(raising)
    # The lines of source, indented by four, are the program's and not the image's.
    reported = "\n".join(line for line in lines if not line.startswith("    "))
    assert not [secret for secret in SECRETS if secret in reported]
    assert lines[0] == "Traceback (most recent call last):"
    assert any(f"in {raising.__name__}" in line for line in lines)
    assert str(Path(__file__).parent) not in reported


def test_files_are_named_as_python_imports_them() -> None:
    files = [line.split(",")[0].strip() for line in lines_of(broken_document) if line.startswith("  ")]
    named = [file for file in files if file.endswith(".py")]
    assert named[0].endswith("test_traces.py")
    assert not named[0].startswith("/")
    assert named[-1] == "json/decoder.py"


def test_the_message_of_an_error_of_ours_is_kept_behind_what_led_to_it() -> None:
    lines = lines_of(cause_with_data)
    assert lines[-1] == "coronal.errors.BadImage: the image must have a name"
    assert any(line.startswith("KeyError: its message is left out") for line in lines)
    assert '    patients["DOE" + "^JOHN"]' in lines


def test_what_is_missing_in_a_program_is_named() -> None:
    def misspelt() -> None:
        np.zeros(3).reshpe(3)  # type: ignore[attr-defined]  # as in a plugin that nobody has checked

    assert lines_of(misspelt)[-1].startswith("AttributeError: reshpe")


def test_a_recursion_without_end_is_reported_by_its_last_frames() -> None:
    def again() -> None:
        again()

    assert len(lines_of(again)) < 100


def test_what_the_system_says_of_an_error_number_stays_and_the_path_does_not(tmp_path: Path) -> None:
    try:
        (tmp_path / "doe-john.dcm").read_bytes()
    except OSError as error:
        lines = trace_of(error)
    assert lines[-1].startswith("FileNotFoundError: No such file or directory")
    assert "doe" not in lines[-1]

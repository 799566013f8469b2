"""How a logged event looks as a line."""

import json
import logging
import re
from collections.abc import Callable
from typing import Any

import pytest

from coronal_jobs.log_lines import LineFormatter, LogField, as_json, as_text, log_event

Format = Callable[[logging.LogRecord], str]
LOGGER = logging.getLogger("coronal_jobs.any")

TEXTS = [
    "plain",
    "two words",
    "two\nlines\r\n",
    'in "quotes"',
    "a\\backslash",
    "key=value",
    "an ümlaut and 漢字",
    "a line\u2028separator, a next\x85line",
    "\x1b[2Ja terminal's cursor\x07",
    "half a character \udcff",
    "an emoji 🩻 and a tag \U000e0041",
    "right \u202e to left",
    "",
]


@pytest.fixture
def formatted() -> Callable[..., str]:
    """Formats what is logged."""

    def do(message: str, *arguments: object, render: Any = as_json, **options: Any) -> str:
        name = options.pop("name", "any.library")
        record = logging.LogRecord(name, logging.WARNING, __file__, 1, message, arguments, None)
        vars(record).update(options)
        return LineFormatter(render, (OSError,), {"process": "test"}).format(record)

    return do


def _raised(error: Exception) -> Any:
    try:
        raise error
    except type(error):
        return (type(error), error, error.__traceback__)


def _pairs(line: str) -> dict[str, Any]:
    """Read a line of text as a reader of logfmt does."""
    found = re.findall(r'([a-z_]+)=("(?:[^"\\]|\\.)*"|[^ "]*)(?: |$)', line)
    assert " ".join(f"{name}={value}" for name, value in found) == line
    return {name: json.loads(value) if value.startswith('"') else value for name, value in found}


@pytest.mark.parametrize("text", TEXTS)
def test_a_value_is_read_back_from_a_line_of_text_or_json(text: str) -> None:
    fields: dict[str, LogField] = {"event": "any", "value": text, "more": 1.5}
    for line, read in ((as_text(fields), _pairs), (as_json(fields), json.loads)):
        assert line.isprintable()
        assert read(line)["value"] == text
        assert float(read(line)["more"]) == 1.5


def test_numbers_and_booleans_stay_what_they_are_in_json() -> None:
    assert as_json({"epoch": 1, "seconds": 0.5, "is_last": True}) == (
        '{"epoch": 1, "seconds": 0.5, "is_last": true}'
    )
    assert as_text({"epoch": 1, "seconds": 0.5, "is_last": True}) == "epoch=1 seconds=0.5 is_last=true"


def test_an_event_has_its_name_and_fields_but_those_that_are_empty(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        log_event(LOGGER, logging.INFO, "job.claimed", job="j", code="", batch=None, item=0)
    line = LineFormatter(as_text, (), {}).format(caplog.records[0])
    assert re.fullmatch(r"time=\S+Z level=info event=job\.claimed job=j item=0 pid=\d+", line)


def test_a_message_of_a_library_has_the_name_of_its_logger(formatted: Callable[..., str]) -> None:
    line = json.loads(formatted("%s of %d", "one", 2))
    assert (line["message"], line["logger"], line["level"]) == ("one of 2", "any.library", "warning")


def test_a_line_is_bounded(formatted: Callable[..., str]) -> None:
    line = json.loads(formatted("x" * 1_000_000))
    assert line["message"] == "x" * 1_999 + "…"
    event = json.loads(formatted("any", event="any", fields={"job": "\x00" * 1_000_000}))
    assert len(event["job"]) == 2_000


def test_of_a_long_traceback_the_end_stays(formatted: Callable[..., str]) -> None:
    functions: dict[str, Any] = {}
    name = "a" * 800
    exec(f"def {name}(depth):\n    return 1 / 0 if not depth else {name}(depth - 1)", functions)
    try:
        functions[name](30)
    except ZeroDivisionError as error:
        trace = json.loads(formatted("failed", exc_info=(type(error), error, error.__traceback__)))[
            "traceback"
        ]
    assert len(trace) == 8_000
    assert trace.endswith("ZeroDivisionError: its message is left out, it may hold values")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("redis://:secret@127.0.0.1:6379/0 is away", "redis://…@127.0.0.1:6379/0 is away"),
        ("rediss://me:s@cret@host", "rediss://…@host"),
        ("unix://me:secret@/tmp/redis.sock", "unix://…@/tmp/redis.sock"),
        ("redis://host/0?password=secret, twice", "redis://host/0?…"),
        ("POST /v1/jobs?name=DOE^JOHN.dcm&seed=3 failed", "POST /v1/jobs?… failed"),
        ("is it away? no", "is it away? no"),
    ],
)
def test_no_password_and_no_query_stands_in_a_line(
    formatted: Callable[..., str], text: str, shown: str
) -> None:
    assert json.loads(formatted("%s", text))["message"].startswith(shown)
    assert json.loads(formatted("any", event="any", fields={"where": text}))["where"].startswith(shown)
    assert "secret" not in formatted(text)
    assert "DOE" not in formatted(text)


def test_a_password_is_not_half_shown_where_a_line_is_cut(formatted: Callable[..., str]) -> None:
    assert "sec" not in formatted("x" * 1_980 + " redis://:secret" + "s" * 2_000 + "@host")


def test_what_an_error_says_stands_in_no_line_of_a_library(formatted: Callable[..., str]) -> None:
    error = ValueError("DOE^JOHN 41.25")
    for text in (str(error), repr(error)):
        line = formatted(f"task failed: {text}\nTraceback …\n{text}", exc_info=_raised(error))
        assert "DOE" not in line.partition("traceback")[0]
        assert json.loads(line)["message"] == "task failed: ValueError"


def test_an_error_that_is_expected_is_named_without_a_traceback(formatted: Callable[..., str]) -> None:
    line = json.loads(formatted("gone", exc_info=_raised(BrokenPipeError("DOE"))))
    assert line["error"] == "BrokenPipeError"
    assert "traceback" not in line

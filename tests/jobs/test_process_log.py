"""What a process logs, and that it goes on where it can't."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

pytestmark = pytest.mark.slow

SAYING_MUCH = """
import sys, traceback
from coronal_jobs.process_log import start_logging
from coronal_jobs.settings import StoreSettings
start_logging(StoreSettings(), "test")
for number in range(2000):
    print("a line of the standard output")
    print("a line of the standard error", file=sys.stderr)
traceback.print_exception(ValueError("no fault"))
"""
OPENING = """
import os, socket
from coronal_jobs.process_log import start_logging
from coronal_jobs.settings import StoreSettings
start_logging(StoreSettings(), "test")
opened = socket.socket()
assert opened.fileno() > 2, opened.fileno()
print("a line")
os.write(2, b"a line of a library")
"""


LOGGING = """
import logging, redis, threading, warnings
from coronal_jobs.errors import NotFound, StoreUnavailable
from coronal_jobs.log_lines import log_event
from coronal_jobs.process_log import start_logging
from coronal_jobs.settings import StoreSettings
start_logging(StoreSettings(), "test", NotFound, worker="w-1")
ours, theirs = logging.getLogger("coronal_jobs.any"), logging.getLogger("any.library")
{statements}
"""
RAISING = """
try:
    raise {error}
except Exception:
    theirs.exception("the first line\\nand more")
"""


def logged(statements: str, **settings: str) -> list[dict[str, Any]]:
    """Run statements in a process that logs, and return what it has logged, in JSON."""
    program = LOGGING.format(statements=statements)
    environment = {
        f"CORONAL_LOG_{name.upper()}": value for name, value in {"format": "json", **settings}.items()
    }
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **environment},
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    return [json.loads(line) for line in ended.stderr.splitlines()]


def test_a_program_whose_output_goes_to_a_full_disk_goes_on() -> None:
    with open("/dev/full", "wb") as full:
        ended = subprocess.run([sys.executable, "-c", SAYING_MUCH], stdout=full, stderr=full, check=False)
    assert ended.returncode == 0


def test_what_can_be_written_is_written_at_once_and_whole() -> None:
    ended = subprocess.run([sys.executable, "-c", SAYING_MUCH], capture_output=True, text=True, check=True)
    assert ended.stdout == "a line of the standard output\n" * 2000
    assert ended.stderr.count("a line of the standard error\n") == 2000
    assert "ValueError: no fault" in ended.stderr


def test_no_other_file_takes_the_number_of_a_standard_one_that_was_closed() -> None:
    command = ["sh", "-c", 'exec "$@" >&- 2>&- <&-', "sh", sys.executable, "-c", OPENING]
    assert subprocess.run(command, check=False).returncode == 0


@pytest.mark.parametrize(
    "error",
    [
        'StoreUnavailable("Redis is away")',
        'redis.ConnectionError("refused")',
        'BrokenPipeError(32, "gone")',
        'NotFound("job", "x")',
    ],
    ids=[
        "a store that is away",
        "a connection that is refused",
        "a client that is gone",
        "one that is named",
    ],
)
def test_an_error_that_is_expected_is_logged_as_a_line(error: str) -> None:
    (line,) = logged(RAISING.format(error=error))
    assert line["error"] == error.partition("(")[0].removeprefix("redis.")
    assert (line["level"], line["message"], line["logger"]) == ("error", "the first line", "any.library")
    assert "traceback" not in line


def test_an_error_that_is_a_fault_of_the_program_is_logged_with_its_traceback() -> None:
    (line,) = logged(RAISING.format(error="ZeroDivisionError"))
    assert line["error"] == "ZeroDivisionError"
    assert line["traceback"].startswith("Traceback (most recent call last)")


def test_every_line_says_which_process_it_is_of_and_when() -> None:
    line, other = logged('ours.info("one"); log_event(ours, logging.INFO, "two.happened", job="j")')
    assert (line["process"], line["worker"]) == (other["process"], other["worker"]) == ("test", "w-1")
    assert line["pid"] == other["pid"]
    assert datetime.fromisoformat(line["time"]).tzinfo == UTC
    assert list(other) == ["time", "level", "event", "job", "process", "worker", "pid"]


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("debug", ["a", "b", "c", "d", "e", "f"]),
        ("info", ["b", "c", "d", "e", "f"]),
        ("WARNING", ["c", "d", "f"]),
        ("error", ["d"]),
        ("critical", []),
    ],
)
def test_what_is_less_grave_than_the_level_is_not_logged(level: str, expected: list[str]) -> None:
    lines = logged(
        'theirs.debug("never: it may hold values"); ours.debug("a"); ours.info("b"); ours.warning("c");'
        'ours.error("d"); theirs.info("e"); theirs.warning("f")',
        level=level,
    )
    assert [line["message"] for line in lines] == expected


@pytest.mark.parametrize(
    ("statements", "message"),
    [
        ("raise KeyError('DOE^JOHN')", "an error ends the process"),
        (
            "def run(): raise KeyError('DOE^JOHN')\nthreading.Thread(target=run, name='helper').start()",
            "an error ends the thread helper",
        ),
    ],
    ids=["the process", "a thread"],
)
def test_what_nobody_catches_is_a_line_too(statements: str, message: str) -> None:
    (line,) = logged(statements)
    assert (line["level"], line["message"], line["error"]) == ("critical", message, "KeyError")
    assert "DOE" not in json.dumps(line)


def test_a_warning_of_python_is_a_line_too() -> None:
    (line,) = logged('warnings.warn("two\\nlines")')
    assert (line["level"], line["logger"]) == ("warning", "py.warnings")
    assert "UserWarning: two\nlines" in line["message"]


@pytest.mark.parametrize(
    "module",
    [
        "coronal_gateway",
        "coronal_worker",
        "coronal_jobs.maintenance.janitor",
        "coronal_jobs.maintenance.recover",
    ],
)
def test_a_wrong_setting_ends_a_process_at_once_with_a_line_that_says_which(module: str) -> None:
    wrong = {"CORONAL_LOG_FORMAT": "xml", "CORONAL_LOG_LEVEL": "loud"}
    ended = subprocess.run(
        [sys.executable, "-m", module],
        env={**os.environ, **wrong},
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "log_format (CORONAL_LOG_FORMAT): Input should be 'text' or 'json', found 'xml'" in ended.stderr
    assert "log_level (CORONAL_LOG_LEVEL): Input should be 'debug', 'info'" in ended.stderr


@pytest.mark.parametrize("url", ["http://:secret@127.0.0.1/0", "redis://:secret@127.0.0.1:port/0"])
def test_no_part_of_a_wrong_address_of_redis_is_shown(url: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "coronal_jobs.maintenance.janitor"],
        env={**os.environ, "CORONAL_REDIS_URL": url},
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert "redis_url (CORONAL_REDIS_URL): must be redis://HOST:PORT/NUMBER" in ended.stderr
    assert "secret" not in ended.stderr

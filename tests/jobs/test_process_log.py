"""What a process logs, and that it goes on where it can't."""

import subprocess
import sys

import pytest

SAYING_MUCH = """
import sys, traceback
from coronal_jobs.process_log import start_logging
start_logging()
for number in range(2000):
    print("a line of the standard output")
    print("a line of the standard error", file=sys.stderr)
traceback.print_exception(ValueError("no fault"))
"""
OPENING = """
import os, socket
from coronal_jobs.process_log import start_logging
start_logging()
opened = socket.socket()
assert opened.fileno() > 2, opened.fileno()
print("a line")
os.write(2, b"a line of a library")
"""


LOGGING = """
import logging, redis
from coronal_jobs.errors import NotFound, StoreUnavailable
from coronal_jobs.process_log import start_logging
start_logging(NotFound)
try:
    raise {error}
except Exception:
    logging.getLogger("any").exception("the first line\\nand more")
"""


def logged(error: str) -> str:
    program = LOGGING.format(error=error)
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return ended.stderr


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
    kind = error.partition("(")[0].removeprefix("redis.")
    assert logged(error).endswith(f"ERROR any: the first line ({kind})\n")
    assert logged(error).count("\n") == 1


def test_an_error_that_is_a_fault_of_the_program_is_logged_with_its_traceback() -> None:
    text = logged("ZeroDivisionError")
    assert "Traceback (most recent call last)" in text
    assert text.endswith("ZeroDivisionError\n")

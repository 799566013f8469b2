"""Logs of a local server: none grows without bound."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from coronal_client import Client
from coronal_client.cli.exit_codes import ExitCode
from coronal_client.local.logs import bound_log, start_log

WRITING = (
    "import sys\nfor number in range(1000): print('line', number, flush=True)\nsys.stdin.read()\nprint('end')"
)


def test_a_log_that_has_grown_too_long_begins_again_and_three_older_ones_are_kept(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    start_log(log)
    for number in range(6):
        log.write_text(f"{number}" * 100)
        bound_log(log, 99)
    assert log.read_text() == ""
    kept = {path.name: path.read_text()[0] for path in tmp_path.iterdir() if path != log}
    assert kept == {"worker.log.1": "5", "worker.log.2": "4", "worker.log.3": "3"}


def test_a_log_that_is_short_is_left_alone(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    log.write_text("x" * 99)
    bound_log(log, 99)
    assert [path.name for path in tmp_path.iterdir()] == ["worker.log"]
    assert log.read_text() == "x" * 99


def test_a_process_goes_on_writing_at_the_new_end_of_its_log(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    with log.open("ab") as file:
        process = subprocess.Popen([sys.executable, "-c", WRITING], stdin=subprocess.PIPE, stdout=file)
    while "line 999" not in log.read_text():
        pass
    bound_log(log, 99)
    process.communicate(b"")
    assert log.read_text() == "end\n"
    assert log.with_name("worker.log.1").read_text().startswith("line 0\n")


def test_a_log_is_its_owners_alone(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    start_log(log)
    log.write_text("x" * 100)
    bound_log(log, 99)
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.iterdir())


def test_the_logs_of_a_running_server_are_bounded(start_up) -> None:
    up = start_up("--max-log-bytes", "200")
    assert up.url
    up.wait_for("Coronal is at")
    log = up.data / "logs" / "redis.log"  # what it says at its start is longer than that
    while log.stat().st_size > 200:
        assert up.process.poll() is None
    assert log.with_name("redis.log.1").stat().st_size > 200


def test_a_server_whose_settings_are_wrong_ends_and_shows_the_line_that_says_which(start_up) -> None:
    up = start_up(environment={"CORONAL_LOG_LEVEL": "loud"})
    assert up.process.wait(60) == ExitCode.LOCAL
    assert "log_level (CORONAL_LOG_LEVEL): Input should be 'debug', 'info'" in up.said
    assert "found 'loud'" in up.said


def test_all_parts_of_a_server_log_in_the_format_that_is_set(start_up) -> None:
    up = start_up(environment={"CORONAL_LOG_FORMAT": "json"})
    assert up.url
    up.end()
    for name, event in (("gateway", "gateway.listening"), ("worker", "worker.stopped")):
        lines = [json.loads(line) for line in (up.data / "logs" / f"{name}.log").read_text().splitlines()]
        assert [line["process"] for line in lines if line.get("event") == event] == [name]


def test_no_password_of_redis_stands_in_a_log(start_up, picture: Path) -> None:
    up = start_up(environment={"CORONAL_LOG_LEVEL": "debug"})
    with Client(up.url) as client:
        client.submit(picture, "[otsu]").wait()
    password = urlsplit((up.data / "redis" / "url").read_text()).password
    os.kill(up.one("coronal_worker"), signal.SIGKILL)
    up.wait_for("worker is started again")
    up.end()
    assert password
    for log in (up.data / "logs").iterdir():
        assert password not in log.read_text()

"""``coronal up`` as its user meets it: start, end, start again, and what dies on the way."""

import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from coronal_client import Client
from coronal_client.exit_codes import ExitCode

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

SLOW = [{"median": {"radius": 12}}, "otsu", "shape"]


def until(holds: Callable[[], bool], limit_s: float = 60) -> None:
    deadline = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_runs_jobs_and_leaves_no_process_behind(start_up, picture: Path, number: int) -> None:
    up = start_up()
    with Client(up.url) as client:
        client.submit(picture, ["otsu", "shape"]).wait(60)
    assert len(up.processes()) >= 3
    assert up.end(number) == ExitCode.OK
    assert up.processes() == {}
    assert "Traceback" not in up.said


def test_killed_it_leaves_no_process_behind(start_up, picture: Path) -> None:
    up = start_up()
    with Client(up.url) as client:
        client.submit(picture, SLOW)
    up.end(signal.SIGKILL)
    until(lambda: up.processes() == {})


def test_killed_while_it_starts_it_leaves_no_process_behind(start_up) -> None:
    up = start_up()
    until(lambda: any("coronal_worker" in command for command in up.processes().values()))
    up.end(signal.SIGKILL)
    until(lambda: up.processes() == {})


def test_what_was_queued_is_done_after_the_next_start(start_up, picture: Path) -> None:
    up = start_up()
    with Client(up.url) as client:
        ids = [client.submit(picture, SLOW).id for _ in range(6)]
    up.end()
    with Client(start_up().url) as client:
        assert [client.job(id).wait(120).state for id in ids] == ["succeeded"] * 6


def test_after_a_kill_the_same_folder_can_be_used_at_once(start_up, picture: Path) -> None:
    up = start_up()
    with Client(up.url) as client:
        id = client.submit(picture, ["otsu"]).wait(60).id
    time.sleep(1.1)  # Redis writes its file each second
    up.end(signal.SIGKILL)
    with Client(start_up().url) as client:
        assert client.job(id).state == "succeeded"


def test_a_second_one_on_the_same_folder_is_refused(start_up, coronal) -> None:
    up = start_up()
    assert up.url
    second = coronal("up", "--data", up.data, "--port", "0")
    assert second.returncode == ExitCode.LOCAL
    assert f"another `coronal up` works on {up.data} (process {up.process.pid})" in second.stderr
    with Client(up.url) as client:
        assert client.live_workers() == {"default": 1}


def test_a_port_that_is_taken_is_told(coronal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = coronal("up", "--port", port)
    assert ended.returncode == ExitCode.LOCAL
    assert f"port {port} of this machine is taken" in ended.stderr


def test_a_gateway_or_worker_that_dies_is_started_again(start_up, picture: Path) -> None:
    up = start_up()
    with Client(up.url) as client:
        assert client.live_workers() == {"default": 1}
        for name in ("gateway", "worker"):
            os.kill(up.one(f"coronal_{name}"), signal.SIGKILL)
            up.wait_for(f"{name} has ended (exit status -9); its log is {up.data}/logs/{name}.log")
            up.wait_for(f"{name} is started again")
        # A read is patient; a submission isn't, so that the gateway is asked for something first.
        client.plugins()
        client.submit(picture, ["otsu"]).wait(60)


def test_when_redis_dies_everything_ends_and_it_is_told(start_up) -> None:
    up = start_up()
    assert up.url
    os.kill(up.one("valkey-server"), signal.SIGKILL)
    assert up.process.wait(60) == ExitCode.LOCAL
    assert "redis has ended (exit status -9); its log is" in up.said
    assert up.processes() == {}


def test_a_redis_that_is_set_is_used_and_none_is_started(start_up, picture: Path) -> None:
    first = start_up()
    assert first.url
    port = (first.data / "redis" / "port").read_text()
    address = f"redis://127.0.0.1:{port}/5"
    up = start_up("--pool", "other", data="more", environment={"CORONAL_REDIS_URL": address})
    with Client(up.url) as client:
        assert client.live_workers() == {"other": 1}
        client.submit(picture, ["otsu"]).wait(60)
    assert not any("valkey" in command for command in up.processes().values())


def test_a_process_that_cannot_start_is_told_with_its_last_words(coronal, tmp_path: Path) -> None:
    ended = coronal("up", "--port", "0", environment={"CORONAL_REDIS_TIMEOUT_S": "soon"})
    assert ended.returncode == ExitCode.LOCAL
    assert "has ended (exit status 1); its log is" in ended.stderr
    assert "redis_timeout_s" in ended.stderr


def test_the_data_folder_is_its_owners_alone(start_up) -> None:
    up = start_up()
    assert up.url
    assert up.data.stat().st_mode & 0o077 == 0


def test_logs_of_the_last_starts_are_kept(start_up) -> None:
    for _ in range(2):
        up = start_up()
        assert up.url
        up.end()
    assert {path.name for path in (up.data / "logs").iterdir()} == {
        f"{name}.log{number}" for name in ("redis", "gateway", "worker") for number in ("", ".1")
    }

"""``coronal up`` as its user meets it: start, end, start again, and what dies on the way."""

import contextlib
import ipaddress
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from coronal_client import Client
from coronal_client.cli.exit_codes import ExitCode
from coronal_client.local.redis import answers

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

NAPPING = """
import subprocess
import sys
import time

import coronal

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"


@coronal.algorithm
def nap(image: coronal.Image) -> coronal.Image:
    '''Start a process that listens to nobody, and sleep.'''
    subprocess.Popen([sys.executable, "-c", STUBBORN])
    time.sleep(600)
    return image
"""
SLOW = [{"median": {"radius": 12}}, "otsu", "shape"]


def until(holds: Callable[[], bool], limit_s: float = 60) -> None:
    deadline = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture(scope="module")
def running(start_up_for_all):
    """One that is only looked at."""
    up = start_up_for_all()
    assert up.url
    return up


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_asked_to_end_it_leaves_no_process_behind(start_up, picture: Path, number: int) -> None:
    up = start_up()
    with Client(up.url) as client:
        client.submit(picture, ["otsu", "shape"]).wait(60)
    names = ("valkey-server", "coronal_worker", "coronal_gateway", "coronal_jobs.maintenance.janitor")
    assert all(any(name in command for command in up.processes().values()) for name in names)
    assert up.end(number) == ExitCode.OK
    assert up.processes() == {}
    assert "Traceback" not in up.said


def test_killed_while_it_starts_it_leaves_no_process_behind(start_up) -> None:
    up = start_up()
    until(lambda: any("coronal_worker" in command for command in up.processes().values()))
    up.end(signal.SIGKILL)
    until(lambda: up.processes() == {})


def test_killed_it_leaves_no_process_behind_and_its_folder_can_be_used_at_once(
    start_up, slow_picture: Path
) -> None:
    up = start_up()
    with Client(up.url) as client:
        id = client.submit(slow_picture, ["otsu"]).wait(60).id
        client.submit(slow_picture, SLOW)
    time.sleep(1.1)  # Redis writes its file each second
    up.end(signal.SIGKILL)
    again = start_up()
    with Client(again.url) as client:
        assert client.job(id).state == "succeeded"
    assert again.end() == ExitCode.OK
    until(lambda: up.processes() == {})


def test_what_was_queued_is_done_after_the_next_start(start_up, slow_picture: Path) -> None:
    up = start_up()
    with Client(up.url) as client:
        ids = [client.submit(slow_picture, SLOW).id for _ in range(6)]
    assert up.end() == ExitCode.OK
    again = start_up()
    with Client(again.url) as client:
        assert client.job(ids[-1]).state != "succeeded", "the last one waits yet"
        assert [client.job(id).wait(120).state for id in ids] == ["succeeded"] * 6
    assert {path.name for path in (up.data / "logs").iterdir()} == {
        f"{name}.log{number}" for name in ("redis", "gateway", "worker", "janitor") for number in ("", ".1")
    }


@pytest.fixture
def napping(start_up, make_distribution, tmp_path: Path, picture: Path):
    """One with a plugin at work that has started a process of its own, which listens to nobody."""
    make_distribution(tmp_path / "plugins", "napping", NAPPING, nap="nap")
    up = start_up(environment={"PYTHONPATH": str(tmp_path / "plugins")})
    with Client(up.url) as client:
        client.submit(picture, ["nap"])
    until(lambda: any("SIG_IGN" in command for command in up.processes().values()))
    return up


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_ended_or_killed_it_leaves_nothing_of_what_a_plugin_has_started(napping, number: int) -> None:
    napping.end(number)
    until(lambda: napping.processes() == {})


def test_a_worker_that_is_killed_leaves_nothing_of_what_a_plugin_has_started(napping) -> None:
    before = {number for number, command in napping.processes().items() if "SIG_IGN" in command}
    os.kill(napping.one("coronal_worker"), signal.SIGKILL)
    napping.wait_for("worker has ended (exit status -9)")
    until(lambda: not before & napping.processes().keys())
    assert napping.end() == ExitCode.OK
    assert napping.processes() == {}


def test_a_second_one_on_the_same_folder_is_refused(running, coronal) -> None:
    second = coronal("up", "--data", running.data, "--port", "0")
    assert second.returncode == ExitCode.LOCAL
    assert f"another `coronal up` works on {running.data} (process {running.process.pid})" in second.stderr
    with Client(running.url) as client:
        assert client.live_workers() == {"default": 1}


def test_the_data_folder_is_its_owners_alone(running) -> None:
    assert running.data.stat().st_mode & 0o077 == 0


def test_redis_answers_nobody_without_its_password(running) -> None:
    port = int((running.data / "redis" / "port").read_text())
    assert not answers(port)
    assert answers(port, password_of(running))


def test_the_password_of_redis_is_in_private_files_and_in_no_command_line_or_log(
    running, picture: Path
) -> None:
    with Client(running.url) as client:
        client.submit(picture, ["otsu"]).wait(60)
    password = password_of(running)
    assert password in (running.data / "redis" / "password.conf").read_text()
    assert password not in running.said
    assert not any(password in command for command in running.processes().values())
    holders = {path.name: path for path in running.data.rglob("*") if holds(path, password)}
    assert holders.keys() == {"url", "password.conf"}
    assert {path.stat().st_mode & 0o777 for path in holders.values()} == {0o600}


def test_nothing_listens_for_other_machines(running) -> None:
    numbers = {*running.processes(), running.process.pid}
    assert {address for address in listening(numbers)} == {"127.0.0.1"}


def test_a_redis_that_is_set_is_used_and_none_is_started(running, start_up, picture: Path) -> None:
    address = (running.data / "redis" / "url").read_text().removesuffix("/0") + "/5"
    up = start_up("--pool", "other", environment={"CORONAL_REDIS_URL": address})
    with Client(up.url) as client:
        assert client.live_workers() == {"other": 1}
        client.submit(picture, ["otsu"]).wait(60)
    assert not any("valkey" in command for command in up.processes().values())


def test_a_port_that_is_taken_is_reported(coronal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = coronal("up", "--port", port)
    assert ended.returncode == ExitCode.LOCAL
    assert f"port {port} of this machine is taken" in ended.stderr


def test_a_process_that_cannot_start_is_reported_with_its_last_words(coronal) -> None:
    ended = coronal("up", "--port", "0", environment={"CORONAL_REDIS_TIMEOUT_S": "soon"})
    assert ended.returncode == ExitCode.LOCAL
    assert "has ended (exit status 2); its log is" in ended.stderr
    assert "redis_timeout_s" in ended.stderr


def test_a_gateway_worker_or_janitor_that_dies_is_started_again(start_up, picture: Path) -> None:
    up = start_up()
    with Client(up.url) as client:
        assert client.live_workers() == {"default": 1}
        modules = {
            "gateway": "coronal_gateway",
            "worker": "coronal_worker",
            "janitor": "coronal_jobs.maintenance.janitor",
        }
        for name, module in modules.items():
            os.kill(up.one(module), signal.SIGKILL)
            up.wait_for(f"{name} has ended (exit status -9); its log is {up.data}/logs/{name}.log")
            up.wait_for(f"{name} is started again")
        # A read is patient; a submission isn't, so that the gateway is asked for something first.
        client.plugins()
        client.submit(picture, ["otsu"]).wait(60)


def test_when_redis_dies_everything_ends_and_it_is_reported(start_up) -> None:
    up = start_up()
    assert up.url
    os.kill(up.one("valkey-server"), signal.SIGKILL)
    assert up.process.wait(60) == ExitCode.LOCAL
    assert "redis has ended (exit status -9); its log is" in up.said
    assert up.processes() == {}
    password = password_of(up)
    assert not any(holds(log, password) for log in (up.data / "logs").iterdir())
    assert password not in up.said


def password_of(up) -> str:
    return urlsplit((up.data / "redis" / "url").read_text()).password or ""


def holds(path: Path, text: str) -> bool:
    return path.is_file() and text.encode() in path.read_bytes()


def listening(numbers: set[int]) -> Iterator[str]:
    """The addresses that processes listen on, as the kernel tells them."""
    sockets = set()
    for number in numbers:
        for descriptor in Path(f"/proc/{number}/fd").iterdir():
            with contextlib.suppress(OSError):
                sockets.add(os.readlink(descriptor).removeprefix("socket:[").removesuffix("]"))
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == "0A" and words[9] in sockets:
                packed = bytes.fromhex(words[1].partition(":")[0])
                yield str(ipaddress.ip_address(packed[::-1]))

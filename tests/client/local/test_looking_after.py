"""`coronal up` replaces what lives and doesn't work, says which stores it uses, and goes on unheard."""

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import redis
from command_line import COMMAND, clean_environment

from coronal_client import Client
from coronal_client.cli.exit_codes import ExitCode
from coronal_client.local.ports import free_port

pytestmark = pytest.mark.slow


def code_of(url: str) -> str:
    """What /readyz says: the code of the problem, or ready."""
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=10) as answer:
            return str(json.load(answer)["status"])
    except urllib.error.HTTPError as problem:
        return str(json.load(problem)["code"])


def test_a_janitor_that_stands_still_is_replaced(start_up, picture: Path) -> None:
    up = start_up(environment={"CORONAL_MAX_JANITOR_LAG_S": "3"})
    url, before = up.url, up.one("coronal_jobs.maintenance.janitor")
    assert code_of(url) == "ready"
    os.kill(before, signal.SIGSTOP)
    deadline = time.monotonic() + 30
    while code_of(url) != "janitor-late":
        assert time.monotonic() < deadline
        time.sleep(0.2)
    up.wait_for("the server isn't ready: a janitor must do a round every 3 s")
    up.wait_for("janitor lives and doesn't work: it is ended")
    up.wait_for("janitor is started again")
    up.wait_for("the server is ready again")
    assert up.one("coronal_jobs.maintenance.janitor") != before
    with Client(url) as client:
        assert client.submit(picture, ["otsu"]).wait(60).state == "succeeded"
    assert up.end() == ExitCode.OK
    assert up.processes() == {}


@pytest.mark.chaos
@pytest.mark.parametrize("name", ["gateway", "worker"])
def test_a_gateway_or_worker_that_stands_still_is_replaced(start_up, picture: Path, name: str) -> None:
    up = start_up()
    url = up.url
    for number, command in up.processes().items():
        if f"coronal_{name}" in command:
            os.kill(number, signal.SIGSTOP)
    deadline = time.monotonic() + 200
    while f"{name} is started again" not in up.said:
        assert time.monotonic() < deadline, up.said
        time.sleep(0.5)
    up.wait_for("the server is ready again")
    with Client(url) as client:
        client.plugins()
        assert client.submit(picture, ["otsu"]).wait(60).state == "succeeded"


def test_stores_of_the_environment_are_named_without_their_passwords(start_up, redis_url: str) -> None:
    address = redis_url.removesuffix("/0") + "/5"
    with redis.Redis.from_url(redis_url) as client:
        client.acl_setuser(
            "operator", enabled=True, passwords=["+secret"], commands=["+@all"], keys=["*"], channels=["*"]
        )
    up = start_up(environment={"CORONAL_REDIS_URL": address.replace("//", "//operator:secret@")})
    assert up.url
    assert f"CORONAL_REDIS_URL is set: records are in {address}, and no Redis is started here" in up.said
    assert "secret" not in up.said


@pytest.mark.parametrize("stream", ["/dev/full", "closed pipe"])
def test_it_goes_on_where_nobody_can_read_what_it_says(tmp_path: Path, picture: Path, stream: str) -> None:
    port = free_port()
    reading, writing = os.pipe()
    output = writing if stream == "closed pipe" else os.open(stream, os.O_WRONLY)
    command = [*COMMAND, "up", "--data", str(tmp_path / "data"), "--workers", "1", "--port", str(port)]
    up = subprocess.Popen(command, stdout=output, stderr=output, env=clean_environment())
    for descriptor in {reading, writing, output}:
        os.close(descriptor)
    try:
        deadline = time.monotonic() + 60
        while not _is_ready(port):
            assert up.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.2)
        with Client(f"http://127.0.0.1:{port}") as client:
            assert client.submit(picture, ["otsu"]).wait(60).state == "succeeded"
        assert up.poll() is None
    finally:
        up.terminate()
        assert up.wait(60) == ExitCode.OK


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(json.load(answer)["workers"])
    except OSError:
        return False

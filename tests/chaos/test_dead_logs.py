"""Logs that nobody can write to: every request is answered and every job ends."""

import contextlib
import os
import socket
import struct
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from harness.programs import wait_until
from harness.site import Site

_BROKEN_OFF = (
    b"POST /v1/jobs?pipeline=[otsu] HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\n"
    b"Content-Length: 5000\r\n\r\n\x89PNG\r\n\x1a\n"
)
_RESET_AT_ONCE = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class DeadLog:
    """A file for logs, and what makes it one that nobody can write to."""

    path: Path
    break_: Callable[[], object] = lambda: None


@pytest.fixture
def full_device() -> DeadLog:
    return DeadLog(Path("/dev/full"))


@pytest.fixture
def closed_pipe(tmp_path: Path) -> DeadLog:
    """Return a pipe whose reader goes away."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    return DeadLog(pipe, partial(os.close, reader))


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[DeadLog]:
    """Yield a log on a file system that takes no byte more."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a file system")
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "coronal-chaos", str(folder)], check=True)
    (folder / "log").touch()
    with (folder / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
        while True:
            filler.write(bytes(4096))
    yield DeadLog(folder / "log")
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture(params=["full_device", "full_disk", "closed_pipe"])
def dead_log(request: pytest.FixtureRequest) -> DeadLog:
    one: DeadLog = request.getfixturevalue(request.param)
    return one


def test_with_dead_logs_every_request_is_answered_and_every_job_ends(chaos: Site, dead_log: DeadLog) -> None:
    chaos.log = dead_log.path
    chaos.start_janitor()
    chaos.start_worker(memory_bytes=1 << 30, stage_limit_s=2)
    _, url = chaos.start_gateway()
    dead_log.break_()
    with httpx.Client(base_url=url, timeout=10) as client:
        _disturb(chaos, client, url)
        wait_until(lambda: client.get("/readyz").is_success, "the gateway is ready")
        sent = [_submit(client, chaos.image, each) for each in ("otsu", "leave", "chatter", "nonsense")]
        states = [chaos.ended(job_id, 60).state for job_id in sent]
        assert states == ["succeeded", "failed", "failed", "failed"]
        cancelled = _submit(client, chaos.image, "deaf")
        chaos.await_running(cancelled)
        assert client.post(f"/v1/jobs/{cancelled}/cancel").is_success
        assert chaos.ended(_submit(client, chaos.image, "otsu")).state == "succeeded"
    chaos.verify_all()


def test_what_is_expected_to_go_wrong_leaves_no_traceback_in_a_log(chaos: Site) -> None:
    chaos.start_janitor()
    chaos.start_worker(memory_bytes=1 << 30)
    _, url = chaos.start_gateway()
    with httpx.Client(base_url=url, timeout=10) as client:
        _disturb(chaos, client, url)
        wait_until(lambda: client.get("/readyz").is_success, "the gateway is ready")
        cancelled = _submit(client, chaos.image, "deaf")
        chaos.await_running(cancelled)
        client.post(f"/v1/jobs/{cancelled}/cancel")
        killed = _submit(client, chaos.image, "leave")
        assert chaos.ended(killed, 60).failure.code == "worker-lost"
        for one in ("otsu", "nonsense", "outgrow"):
            chaos.ended(_submit(client, chaos.image, one))
        chaos.redis.kill()
        assert client.get("/v1/jobs").status_code == httpx.codes.SERVICE_UNAVAILABLE
        chaos.redis.start()
        wait_until(lambda: client.get("/readyz").is_success, "the gateway is ready again")
        assert chaos.ended(_submit(client, chaos.image, "otsu"), 60).state == "succeeded"
    reported = {program.name: program.log for program in chaos.programs}
    assert [name for name, text in reported.items() if "Traceback" in text] == [], reported
    chaos.verify_all()


def _disturb(chaos: Site, client: httpx.Client, url: str) -> None:
    """Ask for what isn't there, send what is refused, go away midway, and let the blob store be away."""
    address = (urlsplit(url).hostname or "", urlsplit(url).port or 0)
    assert client.get(f"/v1/jobs/{'0' * 26}").status_code == httpx.codes.NOT_FOUND
    assert _post(client, b"no image", "otsu").status_code == httpx.codes.UNSUPPORTED_MEDIA_TYPE
    assert _post(client, chaos.image, "nothing").status_code == httpx.codes.UNPROCESSABLE_ENTITY
    with _no_blobs(chaos):
        for _ in range(3):
            assert client.get("/readyz").status_code == httpx.codes.SERVICE_UNAVAILABLE
            assert _post(client, chaos.image, "otsu").status_code == httpx.codes.SERVICE_UNAVAILABLE
    for _ in range(3):
        with socket.create_connection(address, timeout=5) as gone:
            gone.sendall(_BROKEN_OFF)
            gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_ONCE)
        with socket.create_connection(address, timeout=5) as stranger:
            stranger.sendall(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
            assert stranger.recv(100).startswith(b"HTTP/1.1 400")


@contextlib.contextmanager
def _no_blobs(chaos: Site) -> Iterator[None]:
    """Let a file stand where the blob store writes what comes in."""
    incoming = Path(chaos.settings.blobs_url.removeprefix("file://"), "incoming")
    away = incoming.with_name("away")
    incoming.mkdir(exist_ok=True)
    incoming.rename(away)
    incoming.touch()
    yield
    incoming.unlink()
    away.rename(incoming)


def _submit(client: httpx.Client, image: bytes, algorithm: str) -> str:
    answer = _post(client, image, algorithm)
    assert answer.status_code == httpx.codes.ACCEPTED, answer.text
    return str(answer.json()["id"])


def _post(client: httpx.Client, image: bytes, algorithm: str) -> httpx.Response:
    kind = {"Content-Type": "application/octet-stream"}
    return client.post(f"/v1/jobs?pipeline=[{algorithm}]", content=image, headers=kind)

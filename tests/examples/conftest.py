"""Redis, a gateway and a worker as processes of their own, so that the worker alone can be started anew."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import pytest

from coronal_client.local.redis import answers, redis_command, redis_program

START_S = 60.0


@contextmanager
def running(
    command: list[str], environment: Mapping[str, str], folder: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process while the context is open; what it says stands in a log in the folder."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CORONAL_")}
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            command, env={**clean, **environment}, cwd=folder, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=START_S)


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_S
    while not holds():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Site:
    """A gateway, and a worker that can be started anew.

    Parameters
    ----------
    url
        Where the gateway answers.
    gateway
        Its process.
    plugins
        A folder that the worker imports from, and the gateway doesn't.
    environment
        Of both.
    """

    url: str
    gateway: "subprocess.Popen[bytes]"
    plugins: Path
    environment: Mapping[str, str]
    _worker: ExitStack = field(default_factory=ExitStack)

    def restart_worker(self) -> None:
        """End the worker, start another, and wait until it has told what it offers."""
        self.stop_worker()
        command = [sys.executable, "-m", "coronal_worker", "--processes", "1"]
        environment = {**self.environment, "PYTHONPATH": str(self.plugins)}
        self._worker.enter_context(running(command, environment, self.plugins.parent))
        wait_until(lambda: self.live_workers() == 1)

    def stop_worker(self) -> None:
        self._worker.close()
        # A worker that is ended while it starts can't tell so: it counts as alive for 30 s.
        wait_until(lambda: self.live_workers() == 0)

    def catalogue(self) -> dict[str, Any]:
        answer = httpx.get(f"{self.url}/v1/plugins", trust_env=False).raise_for_status()
        body: dict[str, Any] = answer.json()
        return body

    def live_workers(self) -> int:
        return sum(pool["workers"] for pool in self.catalogue()["pools"])

    def is_up(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", trust_env=False).is_success
        except httpx.TransportError:
            return False


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    plugins = folder / "plugins"
    plugins.mkdir()
    redis_port, port = free_port(), free_port()
    environment = {
        "CORONAL_REDIS_URL": f"redis://127.0.0.1:{redis_port}/0",
        "CORONAL_BLOBS_URL": (folder / "blobs").as_uri(),
        "CORONAL_PORT": str(port),
        "CORONAL_GATEWAY_PROCESSES": "1",
    }
    gateway_command = [sys.executable, "-m", "coronal_gateway"]
    with running(redis_command(redis_program(), folder, redis_port), {}, folder):
        wait_until(lambda: answers(redis_port))
        with running(gateway_command, environment, folder) as gateway:
            site = Site(f"http://127.0.0.1:{port}", gateway, plugins, environment)
            wait_until(site.is_up)
            site.restart_worker()
            yield site
            site.stop_worker()


@pytest.fixture(scope="session")
def image_of() -> Callable[[str, str], Path]:
    """Give the path of an image that comes inside an installed package."""

    def find(package: str, path: str) -> Path:
        spec = find_spec(package)
        assert spec is not None
        return Path(str(spec.origin)).parent / path

    return find

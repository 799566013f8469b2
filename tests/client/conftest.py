"""A real server by ``coronal up``, the command as a process, and a small server that can misbehave."""

import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import pytest
from command_line import COMMAND, FEW_PLUGINS, clean_environment

START_S = 90.0
END_S = 60.0


class Up:
    """A process ``coronal up`` with a data folder of its own."""

    def __init__(self, data: Path, *options: str, environment: Mapping[str, str]) -> None:
        self.data = data
        self._out = data.parent / f"up-{time.monotonic_ns()}.out"
        with self._out.open("wb") as out:
            self.process = subprocess.Popen(
                [*COMMAND, "up", "--data", str(data), "--workers", "1", *options],
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**clean_environment(), **environment},
            )

    @property
    def said(self) -> str:
        return self._out.read_text()

    @property
    def url(self) -> str:
        """Where it is, once it is ready."""
        self.wait_for("Coronal is at ")
        return self.said.rpartition("Coronal is at ")[2].split()[0]

    def wait_for(self, text: str) -> None:
        deadline = time.monotonic() + START_S
        while text not in self.said:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.05)

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(END_S)

    def processes(self) -> dict[int, str]:
        """The processes that work on its data folder, by their numbers, and how they were started."""
        found = {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdecimal() and int(folder.name) != self.process.pid and self._is_in(folder):
                found[int(folder.name)] = _read(folder / "cmdline").replace(b"\0", b" ").decode()
        return found

    def _is_in(self, process: Path) -> bool:
        # Redis works in the folder; the others find it in their environment.
        try:
            place = os.readlink(process / "cwd")
        except OSError:
            return False
        return place.startswith(f"{self.data}/") or f"{self.data}/".encode() in _read(process / "environ")

    def one(self, name: str) -> int:
        """The number of the process that leads those of a service."""
        return min(number for number, command in self.processes().items() if name in command)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


@contextmanager
def _starting(folder: Path) -> Iterator[Callable[..., Up]]:
    started: list[Up] = []

    def start(*options: str, environment: Mapping[str, str] = {}) -> Up:
        path = ":".join([FEW_PLUGINS, environment.get("PYTHONPATH", "")])
        given = {**environment, "PYTHONPATH": path}
        started.append(Up(folder / "data", "--port", str(free_port()), *options, environment=given))
        return started[-1]

    yield start
    for up in started:
        if up.process.poll() is None:
            up.end()


@pytest.fixture
def start_up(tmp_path: Path) -> Iterator[Callable[..., Up]]:
    """Start a server; each with the same data folder."""
    with _starting(tmp_path) as start:
        yield start


@pytest.fixture(scope="module")
def start_up_for_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Up]]:
    with _starting(tmp_path_factory.mktemp("up")) as start:
        yield start


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server, the whole session's."""
    up = Up(tmp_path_factory.mktemp("up") / "data", "--port", "0", environment={})
    try:
        yield up.url
    finally:
        up.end()


@pytest.fixture(scope="session")
def picture() -> Path:
    """A small real image: a detail of a retina."""
    return _pictures() / "microaneurysms.png"


@pytest.fixture(scope="session")
def slow_picture() -> Path:
    """A larger one: a cell."""
    return _pictures() / "cell.png"


def _pictures() -> Path:
    spec = find_spec("skimage")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0], "data")


@dataclass(frozen=True)
class Asked:
    """A request, as the small server saw it."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: bytes | object = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    breaks_off: bool = False


class Small:
    """A real HTTP server that gives its configured answers in turn, and the last again and again."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: list[Answer] = [Answer()]
        self._port = free_port()
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        small = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                small.asked.append(Asked(self.command, self.path, dict(self.headers), body))
                answer = small.answers.pop(0) if len(small.answers) > 1 else small.answers[0]
                content = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content) + answer.breaks_off))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_DELETE = _answer

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


@pytest.fixture
def small() -> Iterator[Small]:
    server = Small()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def answer() -> type[Answer]:
    return Answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

"""The server that is measured: a whole Coronal on this machine, as ``coronal up`` starts it."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from benchmarks.processes import Process, children, descendants

__all__ = ["CpuProfile", "Server", "folder_in_memory", "running_server", "settle"]

_KINDS = {
    "coronal_gateway": "gateway",
    "coronal_worker": "worker",
    "coronal_jobs.maintenance.janitor": "janitor",
    "valkey-server": "Redis",
    "redis-server": "Redis",
}


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs.

    Parameters
    ----------
    url
        Where its gateway is.
    folder
        Its data folder.
    pid
        The process ``coronal up``.
    """

    url: str
    folder: Path
    pid: int

    @property
    def redis_url(self) -> str:
        """Where its Redis is, with the password."""
        return (self.folder / "redis/url").read_text().strip()

    @property
    def blobs_url(self) -> str:
        """Where its blobs are."""
        return (self.folder / "blobs").as_uri()

    def processes(self) -> dict[str, list[Process]]:
        """Return its processes by kind: Redis, janitor, gateway and worker, and the processes of these."""
        found: dict[str, list[Process]] = {}
        for process in children(self.pid):
            kind = next((kind for word, kind in _KINDS.items() if word in process.command), "others")
            found.setdefault(kind, []).append(process)
            found.setdefault(f"{kind} processes", []).extend(descendants(process.pid))
        return found

    def cpu_s(self) -> dict[str, float]:
        """Return the CPU time that its processes have had, by kind."""
        return {kind: sum(one.cpu_s for one in of_kind) for kind, of_kind in self.processes().items()}


@dataclass(slots=True)
class CpuProfile:
    """CPU time that a server has had for each item of the work that it was measured during.

    Parameters
    ----------
    server
        The server.
    item
        What an item is called.
    spent_s
        CPU time so far, by kind of process.
    count
        Number of items so far.
    """

    server: Server
    item: str = "job"
    spent_s: dict[str, float] = field(default_factory=dict)
    count: int = 0

    def during(self, count: int, work: Callable[[], T]) -> T:
        """Do work that has so many items, and add what it takes."""
        before = self.server.cpu_s()
        result = work()
        for kind, now in self.server.cpu_s().items():
            self.spent_s[kind] = self.spent_s.get(kind, 0.0) + now - before.get(kind, 0.0)
        self.count += count
        return result

    @property
    def each_ms(self) -> float:
        """CPU time an item, of all processes."""
        return 1e3 * sum(self.spent_s.values()) / self.count

    def __str__(self) -> str:
        each_ms = {kind: 1e3 * spent / self.count for kind, spent in self.spent_s.items()}
        largest = sorted(each_ms.items(), key=lambda one: -one[1])
        shown = (f"{kind} {ms:.2f} ms" for kind, ms in largest if ms >= 0.005)
        return f"CPU a {self.item}: {', '.join(shown)}"


@contextmanager
def running_server(
    workers: int = 2, *, in_memory: bool = False, settings: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Run a server while the context is open; ready when this returns.

    Parameters
    ----------
    workers
        Number of worker processes.
    in_memory
        Keep its data where no disk's syncs are measured, for what is a cost of the processes alone.
    settings
        Environment variables that it is given, beside the defaults.
    """
    own = {name: value for name, value in os.environ.items() if not name.startswith("CORONAL_")}
    with tempfile.TemporaryDirectory(
        prefix="coronal-bench-", dir=folder_in_memory() if in_memory else None
    ) as at:
        folder = Path(at, "data")
        options = ["--port", "0", "--data", str(folder), "--workers", str(workers)]
        process = subprocess.Popen(
            [str(Path(sys.executable).parent / "coronal"), "up", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=own | dict(settings or {}),
        )
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            url = next(word for word in line.split() if word.startswith("http://"))
            yield Server(url, folder, process.pid)
        finally:
            process.terminate()
            process.wait()


def folder_in_memory() -> str | None:
    """Return a folder in memory, where the system has one."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def settle(server: Server, *, below: float = 0.02, patience_s: float = 20.0) -> None:
    """Wait until a server that has started uses hardly any CPU time."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        before = sum(server.cpu_s().values())
        time.sleep(1)
        if sum(server.cpu_s().values()) - before < below:
            return

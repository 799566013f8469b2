"""Processes of a site, each marked in its environment, so that descendants are found too."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from coronal_jobs.errors import StoreUnavailable

__all__ = ["Program", "children_of", "marked_processes", "send", "wait_until"]

MARK = "CORONAL_CHAOS_SITE"


class Program:
    """A process that was started here, and its children."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self._log = log
        with log.open("ab") as file:
            self._process = subprocess.Popen(
                command,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )

    @property
    def name(self) -> str:
        """Name of the program, from that of its log."""
        return self._log.stem

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    @property
    def log(self) -> str:
        """Its log; empty where that goes to a device or a pipe."""
        return self._log.read_text("utf-8", errors="replace") if self._log.is_file() else ""

    @property
    def children(self) -> list[int]:
        """Ids of its child processes, the oldest first."""
        return children_of(self.pid)

    def send(self, what: signal.Signals) -> None:
        self._process.send_signal(what)

    def join(self, timeout_s: float = 30.0) -> int:
        return self._process.wait(timeout_s)

    def kill(self) -> None:
        """Kill it with SIGKILL, like the kernel's out-of-memory killer."""
        self._process.kill()
        self._process.wait()

    def kill_all(self) -> None:
        """Kill it and its children at once."""
        for pid in (self.pid, *self.children):
            send(pid, signal.SIGKILL)
        self._process.wait()

    def end(self, timeout_s: float = 30.0) -> None:
        """Stop it gracefully; raise TimeoutExpired when it doesn't stop."""
        if self.is_running:
            self.send(signal.SIGCONT)
            self.send(signal.SIGTERM)
        self._process.wait(timeout_s)


def send(pid: int, what: signal.Signals) -> bool:
    """Send a signal; return False when the process has exited."""
    try:
        os.kill(pid, what)
    except ProcessLookupError:
        return False
    return True


def children_of(parent: int) -> list[int]:
    """Return the child processes of a process, the oldest first."""
    return sorted(pid for pid in _all_processes() if _parent_of(pid) == parent)


def marked_processes(mark: str) -> list[int]:
    """Return the running processes that have inherited a mark."""
    wanted = f"{MARK}={mark}".encode()
    return [pid for pid in _all_processes() if wanted in _environment_of(pid).split(b"\0")]


def wait_until(condition: Callable[[], bool], what: str, timeout_s: float = 30.0) -> None:
    """Wait until a condition holds; an unavailable Redis counts as false."""
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            if condition():
                return
        except StoreUnavailable:
            pass
        assert time.monotonic() < deadline, f"waited {timeout_s} s in vain until {what}"
        time.sleep(0.02)


def _all_processes() -> list[int]:
    return [int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit()]


def _environment_of(pid: int) -> bytes:
    """Return a process's environment; empty for one that has exited."""
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


def _parent_of(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0

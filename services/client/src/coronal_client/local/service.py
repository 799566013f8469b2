"""One process of a local server, its log, and its next start when it dies."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from coronal_client.local.logs import MAX_LOG_BYTES, bound_log
from coronal_client.local.process_reaper import ProcessReaper
from coronal_client.local.sessions import end_session
from coronal_client.local.signals import postponed

__all__ = ["Plan", "Service", "python_command"]

_FIRST_PAUSE_S = 1.0
_MAX_PAUSE_S = 30.0
_STEADY_S = 60.0
_LAST_LINES = 5
_MAX_SHOWN = 400
"""In characters: what is behind is a traceback, which a line of a log holds in its end."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a process is started.

    Parameters
    ----------
    name
        What messages call it.
    command
        Program and arguments.
    log
        The file that it writes to.
    environment
        What it finds in its environment beside ours.
    is_vital
        Whether the others are of no use without it.
    max_log_bytes
        How long its log may grow.
    """

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    is_vital: bool = False
    max_log_bytes: int = MAX_LOG_BYTES


class Service:
    """A process in a session of its own, so that it can be ended with all that it has started.

    Parameters
    ----------
    plan
        How it is started.
    process reaper
        Registers each session.
    """

    def __init__(self, plan: Plan, process_reaper: ProcessReaper) -> None:
        self.plan = plan
        self._process_reaper = process_reaper
        self._pause_s = _FIRST_PAUSE_S
        self._process: subprocess.Popen[bytes] | None = None
        self._started_s = self._due_s = time.monotonic()

    def start(self) -> None:
        """Start it; the process reaper knows it before its program runs, whatever happens meanwhile."""
        self._started_s = time.monotonic()
        # A process that was started and that nobody waits for would never be gone.
        with self.plan.log.open("ab") as log, postponed():
            self._process = subprocess.Popen(
                self.plan.command,
                env={**os.environ, **self.plan.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=self._register,  # noqa: PLW1509 - safe: a local server's process has one thread
            )

    def ended(self) -> int | None:
        """Return its exit status once after it has ended, when all of its children are ended too."""
        if self._process is None or (status := self._process.poll()) is None:
            return None
        end_session(self._process.pid, grace_s=0)
        self._process_reaper.leave(self._process.pid)
        self._process = None
        now = time.monotonic()
        if now - self._started_s > _STEADY_S:
            self._pause_s = _FIRST_PAUSE_S
        self._due_s, self._pause_s = now + self._pause_s, min(2 * self._pause_s, _MAX_PAUSE_S)
        return status

    @property
    def is_due(self) -> bool:
        """Whether it has ended, and long enough ago to be started again."""
        return self._process is None and time.monotonic() >= self._due_s

    def reap(self) -> None:
        """Take note of its end, so that nothing of it is left in the system's table."""
        if self._process is not None:
            self._process.poll()

    def kill(self) -> None:
        """Kill it with all its children, if it lives yet: the process reaper is gone."""
        if self._process is not None and self._process.poll() is None:
            end_session(self._process.pid, grace_s=0)
            self._process.wait()

    @property
    def started_s(self) -> float:
        """When it was started last, by the monotonic clock."""
        return self._started_s

    def end_at_once(self) -> bool:
        """Kill it with all its children, so that it is started again; False where it has ended already."""
        if self._process is None:
            return False
        end_session(self._process.pid, grace_s=0)
        return True

    def bound_log(self) -> None:
        """Keep its log from growing too long."""
        bound_log(self.plan.log, self.plan.max_log_bytes)

    def last_lines(self) -> list[str]:
        """Return the last lines of its log, as far as a person reads them."""
        lines = self.plan.log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LAST_LINES:]
        return [line if len(line) <= _MAX_SHOWN else f"{line[: _MAX_SHOWN - 1]}…" for line in lines]

    def _register(self) -> None:
        self._process_reaper.take(os.getpid())


def python_command(module: str, *arguments: str) -> list[str]:
    """Return the command line of a module of this Python, whatever lies in the current folder."""
    return [sys.executable, "-P", "-m", module, *arguments]

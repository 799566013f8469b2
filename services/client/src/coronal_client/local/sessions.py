"""The sessions of a machine's processes: all that a process has started, in whatever group it is by now.

A worker's processes each lead a group of their own, so that they can be ended one by one; the session is what
they still have in common with the worker.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

__all__ = ["GRACE_S", "end_session", "members"]

GRACE_S = 15.0
"""How long a process may take to end; a worker gives its jobs back within 10 s."""

_KILLED_S = 5.0
_LOOK_AGAIN_S = 0.05
_PROC = Path("/proc")


def members(session: int) -> list[int]:
    """Return the numbers of the processes of a session that live."""
    return [number for number in _living() if _session_of(number) == session]


def end_session(session: int, grace_s: float = GRACE_S) -> None:
    """Ask the leader of a session to end, and kill what is left of the session after a time.

    Parameters
    ----------
    session
        Its number, which is the process number of its leader.
    grace_s
        How long it may take, in seconds; 0 asks nobody.
    """
    if grace_s and _send(session, signal.SIGTERM):
        _wait_for_end(session, grace_s)
    deadline = time.monotonic() + _KILLED_S
    # Again and again: a process that is about to be killed may have started another.
    while (left := members(session)) and time.monotonic() < deadline:
        for number in left:
            _send(number, signal.SIGKILL)
        time.sleep(_LOOK_AGAIN_S)


def _wait_for_end(session: int, limit_s: float) -> None:
    deadline = time.monotonic() + limit_s
    while members(session) and time.monotonic() < deadline:
        time.sleep(_LOOK_AGAIN_S)


def _send(number: int, what: int) -> bool:
    # macOS says that it may not be done where only a dead process is left that nobody has waited for.
    try:
        os.kill(number, what)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _session_of(number: int) -> int | None:
    try:
        return os.getsid(number)
    except (ProcessLookupError, PermissionError):
        return None


def _living() -> Iterator[int]:
    """Yield the numbers of all processes but those that are dead and not waited for."""
    if not (_PROC / "self" / "stat").exists():
        yield from _reported_by_ps()
        return
    for folder in _PROC.iterdir():
        if folder.name.isdecimal() and _state_of(folder) not in ("Z", "X", ""):
            yield int(folder.name)


def _state_of(process: Path) -> str:
    try:
        # The name in brackets may hold anything, a bracket too.
        return (process / "stat").read_text(errors="replace").rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return ""


def _reported_by_ps() -> Iterator[int]:
    table = subprocess.run(["ps", "-A", "-o", "pid=,stat="], capture_output=True, text=True, check=True)
    for line in table.stdout.splitlines():
        number, state = line.split()
        if not state.startswith("Z"):
            yield int(number)

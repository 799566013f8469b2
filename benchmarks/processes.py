"""Processes as Linux describes them: CPU time and memory."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Process", "children", "descendants"]

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_AFTER_NAME = 2
"""The fields of /proc/PID/stat are counted from behind the name, which may contain anything."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process of this machine.

    Parameters
    ----------
    pid, parent
        Its number, and that of its parent.
    command
        Its command line.
    """

    pid: int
    parent: int
    command: str

    @property
    def cpu_s(self) -> float:
        """CPU time that it has had, with that of the children that it has waited for."""
        fields = _stat(self.pid)
        return sum(int(fields[number - 1 - _AFTER_NAME]) for number in (14, 15, 16, 17)) / _TICKS_PER_S

    @property
    def memory_mb(self) -> float:
        """Memory that it has, what it shares divided among those that share it (PSS)."""
        return _kb(f"/proc/{self.pid}/smaps_rollup", "Pss:") / 1e3

    @property
    def resident_mb(self) -> float:
        """Memory that it has, what it shares counted as a whole (RSS)."""
        return _kb(f"/proc/{self.pid}/status", "VmRSS:") / 1e3

    @property
    def peak_mb(self) -> float:
        """Highest RSS since it started, or since `forget_peak`."""
        return _kb(f"/proc/{self.pid}/status", "VmHWM:") / 1e3

    def forget_peak(self) -> None:
        """Reset the peak to what it has now."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")


def descendants(pid: int) -> Iterator[Process]:
    """Yield a process's children, and theirs."""
    for child in children(pid):
        yield child
        yield from descendants(child.pid)


def children(pid: int) -> Iterator[Process]:
    """Yield a process's children; what ends meanwhile is left out."""
    for child in _numbers(pid):
        with suppress(OSError):
            command = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            yield Process(child, pid, command)


def _numbers(pid: int) -> list[int]:
    try:
        lists = [task / "children" for task in Path(f"/proc/{pid}/task").iterdir()]
        return [int(child) for numbers in lists for child in numbers.read_text().split()]
    except OSError:
        return []


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _kb(path: str, name: str) -> float:
    lines = Path(path).read_text().splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith(name)))

"""Worker processes of a peer, which end with its driver."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["ended", "started"]

END_S = 30.0


@contextmanager
def started(program: str, *options: str) -> Iterator[None]:
    """Run a program of this environment while the context is open; its output is dropped."""
    command = [sys.executable, str(Path(sys.executable).parent / program), *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        ended(process)


def ended(process: subprocess.Popen[Any]) -> None:
    """Wait until a process that was asked to end has done so, and kill it if it takes long."""
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

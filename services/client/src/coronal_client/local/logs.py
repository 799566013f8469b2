"""Logs of a local server's processes: of this start and those before, and never too long."""

import os
import shutil
from itertools import pairwise
from pathlib import Path

__all__ = ["MAX_LOG_BYTES", "bound_log", "start_log"]

MAX_LOG_BYTES = 10 << 20
"""How long a log may grow, unless it is set otherwise."""

_KEPT = 3


def start_log(log: Path) -> None:
    """Make an empty log, and keep the last three beside it, as ``….log.1`` to ``….log.3``."""
    _shift([log, *_older(log)])
    log.touch(mode=0o600)


def bound_log(log: Path, max_bytes: int) -> None:
    """Begin a log again that has grown too long, and keep what it held beside it.

    The process that writes to it has it open for appending, and goes on at its new end. What it writes at
    this moment may be lost; so is the old log where the disk has no room for a copy.
    """
    if log.stat().st_size <= max_bytes:
        return
    newest, *_ = older = _older(log)
    _shift(older)
    try:
        shutil.copy(log, newest)
    except OSError:
        newest.unlink(missing_ok=True)
    os.truncate(log, 0)


def _older(log: Path) -> list[Path]:
    return [log.with_name(f"{log.name}.{number}") for number in range(1, _KEPT + 1)]


def _shift(logs: list[Path]) -> None:
    """Rename each log as the next, the last first, which is gone then."""
    for old, new in reversed(list(pairwise(logs))):
        if old.exists():
            old.replace(new)

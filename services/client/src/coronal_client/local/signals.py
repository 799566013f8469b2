"""Signals by which a person or the system asks a process to end."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from coronal_client.cli.exit_codes import ExitCode

__all__ = ["end_by_exception", "postponed", "undisturbed"]

_ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def end_by_exception() -> None:
    """Make TERM and HUP end this process as Ctrl-C does: by an exception, so that what is open is closed."""
    signal.signal(signal.SIGTERM, _exit)
    signal.signal(signal.SIGHUP, _exit)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Ignore these signals for a while: this process is ending already."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in _ASKING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def postponed() -> Iterator[None]:
    """Answer these signals only afterwards: what is done here mustn't be left half done."""
    arrived: list[int] = []
    before = {number: signal.signal(number, lambda number, _: arrived.append(number)) for number in _ASKING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for late in arrived:
            signal.raise_signal(late)


def _exit(number: int, frame: FrameType | None) -> None:
    sys.exit(ExitCode.TERMINATED)

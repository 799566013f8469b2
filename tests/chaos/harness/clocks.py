"""Processes that believe it is earlier or later than it is."""

from pathlib import Path

__all__ = ["install_wrong_clocks"]

_SOURCE = """
import os
import time

_AHEAD_S = float(os.environ.get("CORONAL_CLOCK_AHEAD_S", "0"))
_time, _time_ns = time.time, time.time_ns
time.time = lambda: _time() + _AHEAD_S
time.time_ns = lambda: _time_ns() + round(_AHEAD_S * 1e9)
"""


def install_wrong_clocks(folder: Path) -> None:
    """Let a Python that starts with a folder on its path set its clock by ``CORONAL_CLOCK_AHEAD_S``.

    This moves the time of day for all that is written in Python, in the process and in its children; the
    monotonic clock is right everywhere, as it is on a machine whose time of day is wrong.
    """
    (folder / "sitecustomize.py").write_text(_SOURCE)

"""Processes with a wrong clock."""

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
    """Write a module that shifts Python's clock by ``CORONAL_CLOCK_AHEAD_S`` when its folder is on the path.

    It shifts the time of day for Python code, in the process and in its children; the monotonic clock stays
    right, as on a machine whose time of day is wrong.
    """
    (folder / "sitecustomize.py").write_text(_SOURCE)

"""Counts that all processes of a gateway share; to be set up before `prometheus_client` is imported."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

__all__ = ["are_shared", "shared_metrics"]

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Where each process keeps its counts, so that any can sum them; `prometheus_client` reads it once."""

_SHARED_MEMORY = Path("/dev/shm")


@contextmanager
def shared_metrics() -> Iterator[None]:
    """Share the counts between this process and those that it forks; before this module is imported.

    The folder of the counts is removed by this process alone, at its end.
    """
    folder = mkdtemp(prefix="coronal-metrics-", dir=_SHARED_MEMORY if _SHARED_MEMORY.is_dir() else None)
    os.environ[_FOLDER] = folder
    owner = os.getpid()
    try:
        yield
    finally:
        if os.getpid() == owner:
            rmtree(folder, ignore_errors=True)


def are_shared() -> bool:
    """Return whether this process shares its counts with others."""
    return _FOLDER in os.environ

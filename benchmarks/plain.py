"""Plain processes without a queue: the limit that everything is compared with."""

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from multiprocessing.pool import Pool
from pathlib import Path
from typing import TypeVar

__all__ = ["TUNED", "plain_processes", "writing"]

TUNED = {"MALLOC_TRIM_THRESHOLD_": "1000000000", "MALLOC_MMAP_THRESHOLD_": "1000000000"}
"""Settings of glibc's malloc with which an array's memory is kept for the next one, instead of being given
back to the system and faulted in again."""

T = TypeVar("T")


@contextmanager
def plain_processes(count: int = 2, *, tuned: bool) -> Iterator[Pool]:
    """Start new processes, with malloc tuned or as it comes."""
    with _environment(TUNED if tuned else {}), get_context("spawn").Pool(count) as pool:
        pool.map(_started, range(count), chunksize=1)
        yield pool


def writing(work: Callable[[T, Path], object], item: T) -> None:
    """Do work that writes files into a folder of its own, which is kept until the process's next."""
    with tempfile.TemporaryDirectory(prefix="plain-") as folder:
        work(item, Path(folder))


def map_writing(pool: Pool, work: Callable[[T, Path], object], items: Sequence[T]) -> None:
    """Run such work on items, one at a time."""
    pool.map(partial(writing, work), items, chunksize=1)


def _started(_: int) -> None:
    """Do nothing: a process that answers has started."""


@contextmanager
def _environment(settings: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    # What the shell has set would tune the untuned too.
    for name in TUNED:
        os.environ.pop(name, None)
    os.environ |= settings
    try:
        yield
    finally:
        os.environ.clear()
        os.environ |= before

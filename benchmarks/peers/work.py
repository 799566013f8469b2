"""The work that every peer runs."""

from pathlib import Path

import numpy as np

from benchmarks import workloads

__all__ = ["WORKERS", "gaussian", "otsu", "shape", "table_of"]

WORKERS = 2

Table = dict[str, list[float]]


def table_of(path: str) -> Table:
    """Run the light pipeline on an image; an empty path is a job without work."""
    return plain(workloads.light(Path(path).read_bytes())) if path else {}


def gaussian(path: str) -> str:
    """Run the first of three stages, and leave its result in a file for the next."""
    return _saved(path, ".smooth.npy", workloads.smoothed(workloads.pixels_of(Path(path).read_bytes())))


def otsu(path: str) -> str:
    """Run the second stage."""
    return _saved(path, ".labels.npy", workloads.segmented(np.load(path)))


def shape(path: str) -> Table:
    """Run the third stage."""
    smooth = path.removesuffix(".labels.npy")
    return plain(workloads.measured(np.load(path), np.load(smooth)))


def plain(columns: workloads.Columns) -> Table:
    """Return a table that any queue can send."""
    return {name: column.tolist() for name, column in columns.items()}


def _saved(path: str, suffix: str, values: np.ndarray) -> str:
    np.save(path + suffix, values)
    return path + suffix

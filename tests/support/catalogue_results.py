"""What every algorithm makes of the cases of the published check, to compare: on other kernels, say."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from offered import MEMBERS, given_to, offered_by

from coronal import Algorithm, BadImage, Case, Context, Image, LabelMap, Table
from coronal.testing.cases import good_cases

__all__ = ["differences", "write_results"]

LABEL_TOLERANCE = 2e-3
"""Of all elements: a value that lies on a threshold falls to either side. (None did on the kernels tried.)"""

IMAGE_TOLERANCE = 2e-6
"""Of an image's largest value: some float32 steps."""

TABLE_TOLERANCE = 1e-9
"""Of a number in a table."""


def write_results(path: Path) -> None:
    """Write what every algorithm makes of each case, an array each, to a file of ``.npz``."""
    results = {}
    for algorithm in (one for member in MEMBERS for one in offered_by(member) if isinstance(one, Algorithm)):
        for name, case in good_cases(algorithm.spec.dimensions):
            results[f"{algorithm.spec.name}, {name}"] = _result(algorithm, case)
    np.savez(path, **results)


def differences(expected: Path, found: Path) -> list[str]:
    """Return a line for each result that isn't the same within its tolerance."""
    with np.load(expected) as one, np.load(found) as other:
        assert one.files == other.files
        return [line for name in one.files if (line := _difference(name, one[name], other[name]))]


def _result(algorithm: Algorithm[..., Any], case: Case) -> NDArray[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            output = algorithm.run(case, given_to(algorithm.spec.name), Context(seed=1))
        except BadImage:
            return np.zeros(0)
    match output:
        case Image():
            return np.asarray(output.pixels)
        case LabelMap():
            return np.asarray(output.labels)
        case Table():
            # As Python objects NumPy would pickle them: what is no number is NaN.
            return np.array([[_number(cell) for cell in row] for row in output.rows])
        case _:
            raise TypeError(f"an algorithm of the catalogue gave {type(output).__name__}")


def _number(cell: object) -> float:
    return float(cell) if isinstance(cell, int | float) else np.nan


def _difference(name: str, one: NDArray[Any], other: NDArray[Any]) -> str:
    if one.shape != other.shape or one.dtype != other.dtype:
        return f"{name}: {one.dtype} of {one.shape} became {other.dtype} of {other.shape}"
    if one.dtype.kind != "f":
        count = np.count_nonzero(one != other)
        return f"{name}: {count} of {one.size} elements differ" if count > LABEL_TOLERANCE * one.size else ""
    is_table = one.dtype == np.float64 and one.ndim == 2
    tolerance = (
        TABLE_TOLERANCE * np.abs(one) if is_table else IMAGE_TOLERANCE * np.nanmax(np.abs(one), initial=0)
    )
    off = ~((np.abs(one - other) <= tolerance) | (one == other) | (np.isnan(one) & np.isnan(other)))
    if not off.any():
        return ""
    return (
        f"{name}: {np.count_nonzero(off)} of {one.size} numbers differ, by {np.abs(one - other)[off].max():g}"
    )


if __name__ == "__main__":
    import sys

    write_results(Path(sys.argv[1]))

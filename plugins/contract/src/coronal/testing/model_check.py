"""What the checks of all that learns have in common."""

import warnings
from collections.abc import Callable, Iterable

from coronal.spec import AlgorithmSpec
from coronal.testing.declaration_check import declaration_faults

__all__ = ["raise_faults"]


def raise_faults(spec: AlgorithmSpec, faults_in: Callable[[int], Iterable[str]]) -> None:
    """Look for faults in each dimension that is declared; AssertionError with a line for each.

    Parameters
    ----------
    spec
        What is declared.
    faults_in
        Gives the faults in a dimension; what it raises, a warning too, is one.
    """
    faults = list(declaration_faults(spec))
    for dimensions in spec.dimensions:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                found = list(faults_in(dimensions))
        except Exception as fault:
            found = [f"it raised {type(fault).__name__}: {fault}"]
        faults += [f"{dimensions}-D: {fault}" for fault in found]
    if faults:
        raise AssertionError(f"{spec.name} breaks the contract:\n" + "\n".join(f"- {f}" for f in faults))

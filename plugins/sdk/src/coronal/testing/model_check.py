"""The part that the published checks of classifiers and segmenters share."""

import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from coronal.errors import CoronalError
from coronal.models.model import Model
from coronal.models.trainable import TrainableAlgorithm
from coronal.spec import AlgorithmSpec
from coronal.testing.declaration_check import declaration_faults

__all__ = ["raise_faults", "refusal_faults", "repetition_faults"]

M = TypeVar("M", bound=Model)


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


def repetition_faults(
    algorithm: TrainableAlgorithm[M],
    fitted: M,
    fit: Callable[[], M],
    answers: Callable[[M], object],
    what: str,
) -> Iterator[str]:
    """Yield a fault where a model's answers change with another fit, or when it was saved and loaded.

    Parameters
    ----------
    algorithm
        What the model is made by.
    fitted
        A fitted model.
    fit
        Fits another with the same images and seed.
    answers
        Returns its answers, to be compared.
    what
        What they are, for the message.
    """
    expected = answers(fitted)
    if answers(fit()) != expected:
        yield f"the same seed must give the same {what}"
    with tempfile.TemporaryDirectory() as folder:
        fitted.save(Path(folder))
        if answers(algorithm.load(Path(folder))) != expected:
            yield f"its {what} must be the same when it was saved and loaded"


def refusal_faults(attempt: Callable[[], object], allowed: type[CoronalError], case: str) -> Iterator[str]:
    """Yield a fault where an attempt raises anything but the error that is allowed.

    Parameters
    ----------
    attempt
        Succeeds or is refused.
    allowed
        The error that refuses it.
    case
        What is attempted, for the message.
    """
    try:
        attempt()
    except allowed:
        return
    except Exception as fault:
        yield f"{case} it must make {allowed.__name__}, found {type(fault).__name__}: {fault}"

"""Exports of trained models: one predicts in the model's place only where both agree."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["NotExported", "check_agreement"]


class NotExported(Exception):
    """Raised when a model has no export that agrees with it; the message says why. It never leaves a model.

    Parameters
    ----------
    reason
        Why not.
    is_slower
        Whether inference takes longer without it.
    """

    def __init__(self, reason: str, *, is_slower: bool = True) -> None:
        self.is_slower = is_slower
        super().__init__(reason)


def check_agreement(
    found: NDArray[np.floating],
    expected: NDArray[np.floating],
    tolerance: float,
    *,
    tie: float | None = None,
    what: str = "samples",
) -> None:
    """Raise where an export's probabilities aren't those of its model.

    Parameters
    ----------
    found, expected
        Probabilities by the export and by the model, with the classes along the last axis.
    tolerance
        Maximum difference of a probability.
    tie
        Two most probable classes that differ by no more may change places; by default none may, even when
        they are equal.
    what
        What was predicted, for the message.

    Raises
    ------
    NotExported
        When the shapes differ, a probability is NaN or differs by more than the tolerance, or the most
        probable class is another.
    """
    if found.shape != expected.shape or np.isnan(found).any():
        raise NotExported(f"it has no probability for each class of some {what}")
    is_other = found.argmax(axis=-1) != expected.argmax(axis=-1)
    if tie is not None:
        second, first = np.moveaxis(np.partition(expected, -2, axis=-1)[..., -2:], -1, 0)
        is_other &= first - second > tie
    if is_other.any():
        raise NotExported(f"it predicts another class for some {what}")
    if not (difference := float(np.abs(found - expected).max())) <= tolerance:
        raise NotExported(f"its probabilities differ by {difference:.2g} for some {what}")

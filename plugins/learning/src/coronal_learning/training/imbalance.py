"""Class imbalance: class weights, oversampling and undersampling."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from coronal.task_spec import Imbalance

__all__ = ["Balance", "balance"]

_UNEQUAL = 1.5
"""Ratio of the largest to the smallest class above which ``auto`` applies weights."""


@dataclass(frozen=True, slots=True)
class Balance:
    """A balanced choice of training items.

    Parameters
    ----------
    done
        The method applied.
    taken
        Indices of the training items, ascending: some left out, or repeated.
    class_weights
        Weight of an item by class; empty where all weigh 1.
    """

    done: Literal["weights", "oversample", "undersample", "none"]
    taken: tuple[int, ...]
    class_weights: dict[str, float] = field(default_factory=dict)


def balance(classes: Sequence[str], wanted: Imbalance, seed: int) -> Balance:
    """Balance the training items.

    Parameters
    ----------
    classes
        Class of each item.
    wanted
        Method; ``auto``: weights where the largest class has more than 1.5 times as many items as the
        smallest, else none.
    seed
        Seed of the choice of items that are repeated or left out.

    Examples
    --------
    >>> balance(["a", "b", "b", "b"], "auto", seed=0).class_weights
    {'a': 2.0, 'b': 0.6666666666666666}
    >>> balance(["a", "b", "b", "b"], "oversample", seed=0).taken
    (0, 0, 0, 1, 2, 3)
    """
    names, codes, counts = np.unique(np.array(classes), return_inverse=True, return_counts=True)
    everything = tuple(range(len(classes)))
    if wanted == "auto":
        wanted = "weights" if counts.max() > _UNEQUAL * counts.min() else "none"
    if wanted == "weights":
        weights = len(classes) / (len(names) * counts)
        return Balance(wanted, everything, dict(zip(names.tolist(), weights.tolist(), strict=True)))
    if wanted == "none":
        return Balance(wanted, everything)
    each = int(counts.max() if wanted == "oversample" else counts.min())
    random = np.random.default_rng(seed)
    drawn = [_resampled(np.flatnonzero(codes == code), each, random) for code in range(len(names))]
    return Balance(wanted, tuple(np.sort(np.concatenate(drawn)).tolist()))


def _resampled(places: NDArray[np.int64], count: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Repeat each index equally often, some once more."""
    times, more = divmod(count, len(places))
    return np.concatenate([np.repeat(places, times), random.choice(places, more, replace=False)])

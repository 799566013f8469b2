"""Which values of parameters are best, found by cross-validation."""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import JsonValue

from coronal import BadParameter, TrainingContext
from coronal_learning.folding import Fold
from coronal_learning.spans import span

__all__ = ["Parameters", "Tried", "best_of", "combinations", "search"]

_MOST_FITS = 200

Parameters = dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Tried:
    """What was found of one combination.

    Parameters
    ----------
    parameters
        The values that were tried.
    scores
        One for each fold.
    """

    parameters: Parameters
    scores: tuple[float, ...]

    @property
    def mean(self) -> float:
        """The mean of its scores."""
        return float(np.mean(self.scores))

    @property
    def deviation(self) -> float:
        """The standard deviation of its scores, of so few as a sample."""
        return float(np.std(self.scores, ddof=1))

    def told(self) -> dict[str, JsonValue]:
        """Give it as JSON."""
        return {
            "parameters": self.parameters,
            "scores": list(self.scores),
            "mean": self.mean,
            "deviation": self.deviation,
        }


def combinations(values: Mapping[str, Sequence[JsonValue]], folds: int) -> list[Parameters]:
    """Give each combination of values; none where nothing is searched.

    Raises
    ------
    BadParameter
        When a parameter has no value, or it would take more than 200 fits.

    Examples
    --------
    >>> combinations({"depth": (2, 4), "criterion": ("gini",)}, folds=3)
    [{'depth': 2, 'criterion': 'gini'}, {'depth': 4, 'criterion': 'gini'}]
    """
    if not values:
        return []
    fits = folds * math.prod(map(len, values.values()))
    if not 0 < fits <= _MOST_FITS:
        raise BadParameter(
            "search",
            found=f"{fits:,}",
            allowed=f"values whose combinations take at least 1 and at most {_MOST_FITS} fits in all folds",
        )
    return [dict(zip(values, chosen, strict=True)) for chosen in itertools.product(*values.values())]


def search(
    tried: Sequence[Parameters],
    folds: Sequence[Fold],
    score: Callable[[Parameters, Fold, Callable[[float], None]], float],
    *,
    name: str,
    context: TrainingContext[str],
    progress: Callable[[float], None],
) -> list[Tried]:
    """Score each combination in each fold.

    Parameters
    ----------
    tried
        The combinations.
    folds
        In how many ways each is scored.
    score
        Has a model learn with parameters from a fold, and tells how good it is at what was left out; it calls
        the third with the part that is done.
    name
        What a score is, in words.
    context
        The job: it is told each fit with its score, and a line for each combination.
    progress
        Takes the part that is done.
    """
    found = []
    fits = len(tried) * len(folds)
    for place, parameters in enumerate(tried):
        scores = []
        for number, fold in enumerate(folds):
            done = place * len(folds) + number
            context.log(f"search {place + 1} of {len(tried)}, fold {number + 1} of {len(folds)}")
            scores.append(score(parameters, fold, span(progress, done / fits, (done + 1) / fits)))
            context.measure({"fold": done + 1, "folds": fits, name: scores[-1]})
        found.append(Tried(parameters, tuple(scores)))
        context.log(f"{_words(parameters)}: {name} {found[-1].mean:.4f} ± {found[-1].deviation:.4f}")
    return found


def best_of(tried: Sequence[Tried]) -> Parameters:
    """Give the parameters of the highest mean, the first of them where two are equal; none of nothing."""
    return max(tried, key=lambda one: one.mean).parameters if tried else {}


def _words(parameters: Parameters) -> str:
    return ", ".join(f"{name} {value}" for name, value in parameters.items())

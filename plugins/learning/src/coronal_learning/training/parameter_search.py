"""Grid search of parameters by cross-validation."""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import JsonValue

from coronal import BadParameter, TrainingContext
from coronal_learning.training.cross_validation import Fold
from coronal_learning.training.progress import span

__all__ = ["Parameters", "SearchResult", "best_of", "combinations", "search"]

_MAX_FITS = 200

Parameters = dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Scores of one combination of parameters.

    Parameters
    ----------
    parameters
        The combination.
    scores
        Score of each fold.
    """

    parameters: Parameters
    scores: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Mean score of all folds."""
        return float(np.mean(self.scores))

    @property
    def deviation(self) -> float:
        """Sample standard deviation of the scores."""
        return float(np.std(self.scores, ddof=1))

    def reported(self) -> dict[str, JsonValue]:
        """Return it as JSON."""
        return {
            "parameters": self.parameters,
            "scores": list(self.scores),
            "mean": self.mean,
            "deviation": self.deviation,
        }


def combinations(values: Mapping[str, Sequence[JsonValue]], folds: int) -> list[Parameters]:
    """Return all combinations of values; none where nothing is searched.

    Raises
    ------
    BadParameter
        When a parameter has no value, or it would take more than 200 fits.

    Examples
    --------
    >>> combinations({"max_depth": (2, 4), "criterion": ("gini",)}, folds=3)
    [{'max_depth': 2, 'criterion': 'gini'}, {'max_depth': 4, 'criterion': 'gini'}]
    """
    if not values:
        return []
    fits = folds * math.prod(map(len, values.values()))
    if not 0 < fits <= _MAX_FITS:
        raise BadParameter(
            "search",
            found=f"{fits:,}",
            allowed=f"values whose combinations take at least 1 and at most {_MAX_FITS} fits in all folds",
        )
    return [dict(zip(values, chosen, strict=True)) for chosen in itertools.product(*values.values())]


def search(
    candidates: Sequence[Parameters],
    folds: Sequence[Fold],
    score: Callable[[Parameters, Fold, Callable[[float], None]], float],
    *,
    name: str,
    context: TrainingContext[str],
    progress: Callable[[float], None],
) -> list[SearchResult]:
    """Score each combination in each fold.

    Parameters
    ----------
    candidates
        The combinations.
    folds
        Folds of the cross-validation.
    score
        Fits a model with parameters to a fold and returns its score on the items left out; its third argument
        is called with the fraction done.
    name
        Name of the score.
    context
        The job, which logs each fit and each combination with its score.
    progress
        Called with the fraction done.
    """
    found = []
    fits = len(candidates) * len(folds)
    for place, parameters in enumerate(candidates):
        scores = []
        for number, fold in enumerate(folds):
            done = place * len(folds) + number
            context.log(f"search {place + 1} of {len(candidates)}, fold {number + 1} of {len(folds)}")
            scores.append(score(parameters, fold, span(progress, done / fits, (done + 1) / fits)))
            context.measure({"fold": done + 1, "folds": fits, name: scores[-1]})
        found.append(SearchResult(parameters, tuple(scores)))
        context.log(f"{_words(parameters)}: {name} {found[-1].mean:.4f} ± {found[-1].deviation:.4f}")
    return found


def best_of(results: Sequence[SearchResult]) -> Parameters:
    """Return the parameters of the highest mean score, the first of equal ones; empty without results."""
    return max(results, key=lambda one: one.mean).parameters if results else {}


def _words(parameters: Parameters) -> str:
    return ", ".join(f"{name} {value}" for name, value in parameters.items())

"""scikit-learn's estimators, as far as our classifiers know them."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from coronal import Context

__all__ = ["Estimator", "Examples", "Predictor", "pipeline", "seed_of"]


class Predictor(Protocol):
    """What tells how probable each class is."""

    def predict_proba(self, values: NDArray[np.float64], /) -> NDArray[np.float64]:
        """Give a row of probabilities for each row of features."""


class Estimator(Predictor, Protocol):
    """A pipeline of scikit-learn whose last step is ``classify``, before which ``scale`` can stand."""

    classes_: NDArray[np.int64]
    named_steps: dict[str, Any]

    def fit(self, X: NDArray[np.float64], y: NDArray[np.int64], **parameters: object) -> object:
        """Learn from rows of features and the numbers of their classes."""

    def set_params(self, **parameters: object) -> object:
        """Change parameters, by ``step__name``."""


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """What an estimator learns from.

    Parameters
    ----------
    values
        Shape (images, features).
    codes
        The number of each image's class, shape (images,).
    weights
        What each image weighs, shape (images,); None where all weigh the same.
    """

    values: NDArray[np.float64]
    codes: NDArray[np.int64]
    weights: NDArray[np.float64] | None


def seed_of(context: Context) -> int:
    """Give the seed of a job as scikit-learn takes it, of 32 bits.

    >>> seed_of(Context(seed=10**30)) == seed_of(Context(seed=10**30)) < 2**32
    True
    """
    return int(context.random.integers(2**32))


def pipeline(estimator: object, *, scales: bool) -> Estimator:
    """Put scaling before an estimator, or nothing: what is saved is a pipeline, whatever it holds."""
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    scale = [("scale", StandardScaler())] if scales else []
    made: Estimator = Pipeline([*scale, ("classify", estimator)])
    return made

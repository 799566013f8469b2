"""scikit-learn's estimators, as far as our classifiers know them."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from coronal import Context

__all__ = ["Estimator", "Examples", "Predictor", "pipeline", "put_before", "seed_of"]


class Predictor(Protocol):
    """What tells how probable each class is."""

    def predict_proba(self, values: NDArray[np.float64], /) -> NDArray[np.float64]:
        """Give a row of probabilities for each row of features."""


class Estimator(Predictor, Protocol):
    """A pipeline of scikit-learn whose last step is ``classify``, before which ``scale`` can stand."""

    steps: list[tuple[str, Any]]

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
        Shape (images, features), scaled.
    codes
        The number of each image's class, shape (images,).
    weights
        What each image weighs, shape (images,); None where all weigh the same.
    """

    values: NDArray[np.float64]
    codes: NDArray[np.int64]
    weights: NDArray[np.float64] | None


def seed_of(context: Context) -> int:
    """Return the seed of a job as scikit-learn's ``random_state``: the same number, its last 32 bits.

    >>> seed_of(Context(seed=7)), seed_of(Context(seed=2**32))
    (7, 0)
    """
    return context.seed % 2**32


def pipeline(estimator: object) -> Estimator:
    """Make a pipeline of an estimator alone; once it has learned, `put_before` adds what scales."""
    from sklearn.pipeline import Pipeline

    made: Estimator = Pipeline([("classify", estimator)])
    return made


def put_before(estimator: Estimator, scale: object) -> None:
    """Have a pipeline that learned from scaled features scale them itself from now on."""
    estimator.steps.insert(0, ("scale", scale))

"""scikit-learn's estimators, as far as our classifiers know them."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from coronal import Context

__all__ = ["Estimator", "Examples", "Predictor", "pipeline", "put_before", "seed_of"]


class Predictor(Protocol):
    """Predicts class probabilities."""

    def predict_proba(self, values: NDArray[np.float64], /) -> NDArray[np.float64]:
        """Return a row of probabilities for each row of features."""


class Estimator(Predictor, Protocol):
    """A pipeline of scikit-learn whose last step is ``classify``, before which ``scale`` can stand."""

    steps: list[tuple[str, Any]]

    classes_: NDArray[np.int64]
    named_steps: dict[str, Any]

    def fit(self, X: NDArray[np.float64], y: NDArray[np.int64], **parameters: object) -> object:
        """Fit to rows of features and their class numbers."""

    def set_params(self, **parameters: object) -> object:
        """Change parameters, by ``step__name``."""


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Training data of an estimator.

    Parameters
    ----------
    values
        Shape (images, features), scaled.
    codes
        Class number of each image, shape (images,).
    weights
        Weight of each image, shape (images,); None where all weigh the same.
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
    """Build a pipeline of an estimator alone; once it is fitted, `put_before` adds the scaler."""
    from sklearn.pipeline import Pipeline

    made: Estimator = Pipeline([("classify", estimator)])
    return made


def put_before(estimator: Estimator, scale: object) -> None:
    """Insert the scaler into a pipeline that was fitted to scaled features."""
    estimator.steps.insert(0, ("scale", scale))

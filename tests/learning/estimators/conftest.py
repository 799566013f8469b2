from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits
from threadpoolctl import threadpool_limits

from coronal import Classifier, Image, TrainingContext

SEED = 5
TRAINED = 900


@dataclass(frozen=True)
class Digits:
    """Handwritten digits of 8 × 8 pixels, the first of them to learn from, the rest to predict.

    The values of images and rows go from 0 to 16, those of scaled rows from 0 to 1.
    """

    images: list[Image]
    rows: np.ndarray
    classes: list[str]

    def fit(self, classifier: Classifier) -> None:
        classifier.fit(self.images[:TRAINED], self.classes[:TRAINED], TrainingContext(seed=SEED))

    def labels(self, classifier: Classifier) -> list[str]:
        return [prediction.label for prediction in classifier.predict(self.images[TRAINED:])]

    def accuracy(self, labels: Sequence[str]) -> float:
        return float(np.mean(np.array(self.classes[TRAINED:]) == np.array(labels)))

    @property
    def scaled(self) -> np.ndarray:
        return self.rows / 16

    def direct(self, estimator: Any) -> list[str]:
        """What scikit-learn's estimator says, called directly with values from 0 to 1."""
        estimator.fit(self.scaled[:TRAINED], self.classes[:TRAINED])
        return list(estimator.predict(self.scaled[TRAINED:]))

    def probabilities(self, classifier: Classifier) -> np.ndarray:
        return np.array([one.probabilities for one in classifier.predict(self.images[TRAINED:])])


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """As in a worker: threads that fight for a core are many times slower than one."""
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="session")
def digits() -> Digits:
    bunch = load_digits()
    images = [Image(pixels.astype(np.uint8)) for pixels in bunch.images]
    return Digits(images, bunch.data, [str(target) for target in bunch.target])

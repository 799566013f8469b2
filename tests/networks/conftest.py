from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits

from coronal import Examples, Image, Meaning, TrainingContext

TRAINED = 900


@dataclass(frozen=True)
class Digits:
    """Handwritten digits of 8 × 8 pixels, the first of them to learn from, the rest to predict."""

    images: list[Image]
    classes: list[str]

    def fit(self, classifier: Any, count: int = TRAINED, **context: Any) -> Any:
        known: TrainingContext[str] = TrainingContext(seed=5, **context)
        classifier.fit(self.images[:count], self.classes[:count], known)
        return classifier

    def accuracy(self, classifier: Any) -> float:
        found = [prediction.label for prediction in classifier.predict(self.images[TRAINED:])]
        return float(np.mean(np.array(found) == np.array(self.classes[TRAINED:])))


@pytest.fixture(scope="session")
def digits() -> Digits:
    bunch = load_digits()
    images = [Image(pixels.astype(np.uint8)) for pixels in bunch.images]
    return Digits(images, [str(target) for target in bunch.target])


@dataclass
class Kept:
    """A checkpoint, as a job keeps it."""

    content: bytes | None = None
    saves: int = 0

    def load(self) -> bytes | None:
        return self.content

    def save(self, content: bytes) -> None:
        self.content = content
        self.saves += 1


@dataclass
class Reported:
    """What a training has reported."""

    measured: list[dict[str, float]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    parts: list[float] = field(default_factory=list)

    def context(self, **given: Any) -> TrainingContext[str]:
        known: dict[str, Any] = {"seed": 3, "log": self.lines.append, "progress": self.parts.append}
        return TrainingContext(**(known | {"measure": self.measured.append} | given))


@pytest.fixture
def reported() -> Reported:
    return Reported()


@pytest.fixture
def checkpoint() -> Kept:
    return Kept()


@pytest.fixture(scope="session")
def halves() -> Callable[..., tuple[list[Image], list[str]]]:
    """Make images whose bright half is above or below, and their classes."""

    def make(
        *,
        count: int = 12,
        shape: tuple[int, ...] = (6, 6),
        dtype: type = np.uint8,
        channels: int = 0,
        low: float = 0,
        high: float = 200,
        meaning: Meaning = Meaning.INTENSITY,
    ) -> tuple[list[Image], list[str]]:
        random = np.random.default_rng(0)
        classes = [("above", "below")[number % 2] for number in range(count)]
        images = []
        for name in classes:
            rows = np.arange(shape[-2])[:, np.newaxis] < shape[-2] / 2
            is_bright = np.broadcast_to(rows if name == "above" else ~rows, shape)
            part = np.where(is_bright, 1.0, 0.0) * random.uniform(0.9, 1.0, shape)
            pixels = low + (high - low) * (np.stack([part] * channels, axis=-1) if channels else part)
            images.append(Image(pixels.astype(dtype), has_channels=bool(channels), meaning=meaning))
        return images, classes

    return make


@pytest.fixture(scope="session")
def examples(halves: Any) -> Examples[str]:
    return Examples(*halves(count=16))

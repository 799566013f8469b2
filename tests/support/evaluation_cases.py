"""What models are evaluated on: items of known class with what a classifier says, and label maps."""

from dataclasses import dataclass

import numpy as np

from coronal import Geometry, LabelMap, Prediction

CLASSES = ("bird", "cat", "dog")


@dataclass(frozen=True)
class Said:
    """Items of known class, and what a classifier says of them."""

    truth: list[str]
    probabilities: np.ndarray
    classes: tuple[str, ...]

    @property
    def predictions(self) -> list[Prediction]:
        return [Prediction(self.classes, tuple(row)) for row in self.probabilities]

    @property
    def labels(self) -> list[str]:
        return [one.label for one in self.predictions]

    @property
    def codes(self) -> np.ndarray:
        return np.array([self.classes.index(one) for one in self.truth])


def said(n: int = 300, classes: tuple[str, ...] = CLASSES, seed: int = 0, sharpness: float = 2.0) -> Said:
    """Make it up. Each class is there; probabilities are rounded, so that some are equal."""
    random = np.random.default_rng(seed)
    codes = np.append(np.arange(len(classes)), random.integers(len(classes), size=n - len(classes)))
    scores = random.normal(size=(n, len(classes))) + sharpness * np.eye(len(classes))[codes]
    parts = np.exp(scores).round(1) + 0.1
    return Said([classes[code] for code in codes], parts / parts.sum(axis=1, keepdims=True), classes)


def answered(right: list[bool], confidence: float = 0.9) -> tuple[list[str], list[Prediction]]:
    """Make items of one class in turn with the other, each right or wrong at one confidence."""
    truth = ["cat" if number % 2 else "dog" for number in range(len(right))]
    of_cat = [
        confidence if (name == "cat") == one else 1 - confidence
        for name, one in zip(truth, right, strict=True)
    ]
    return truth, [Prediction(("cat", "dog"), (part, 1 - part)) for part in of_cat]


def drawn(n: int, seed: int = 0, spacing: tuple[float, ...] | None = (1.5, 0.5)) -> list[LabelMap]:
    """Draw label maps of two labels, the second of which isn't in each."""
    random = np.random.default_rng(seed)
    places = np.stack(np.mgrid[:40, :50])
    maps = []
    for number in range(n):
        middles = random.uniform(15, 25, (2, 2, 1, 1))
        labels = (np.hypot(*(places - middles[0])) < 10).astype(np.int32)
        if number % 3:
            labels[np.hypot(*(places - middles[1])) < 4] = 2
        maps.append(LabelMap(labels, Geometry(spacing)))
    return maps

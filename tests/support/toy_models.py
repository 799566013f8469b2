"""Models that need no training: their output is known beforehand."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from coronal import Classifier, Image, LabelMap, Plugins, Prediction, Segmenter, classifier, segmenter
from coronal.models.model_file import ModelCard, write_model
from coronal.models.trainable import TrainableAlgorithm
from coronal.spec import Kind

CLASSES = ("dark", "bright")


class Brightness(Classifier):
    """Tell bright images from dark ones.

    Parameters
    ----------
    middle
        What is neither.
    """

    def __init__(self, middle: float = 128.0) -> None:
        self.middle = middle
        self.calls: list[int] = []

    def fit(self, images: Sequence[Image], classes: Sequence[str], context: Any) -> None: ...

    def predict(self, images: Sequence[Image]) -> list[Prediction]:
        self.calls.append(len(images))
        parts = [1 / (1 + np.exp((self.middle - image.pixels.mean()) / 20)) for image in images]
        return [Prediction(CLASSES, (1 - part, part)) for part in parts]

    def save(self, folder: Path) -> None:
        (folder / "middle.json").write_text(json.dumps(self.middle))

    @classmethod
    def load(cls, folder: Path) -> Self:
        return cls(json.loads((folder / "middle.json").read_text()))


class Above(Segmenter):
    """Find what is bright.

    Parameters
    ----------
    level
        From where on it is.
    """

    def __init__(self, level: float = 128.0) -> None:
        self.level = level

    def fit(self, images: Sequence[Image], label_maps: Sequence[LabelMap], context: Any) -> None: ...

    def predict(self, images: Sequence[Image]) -> list[LabelMap]:
        return [LabelMap.of(image, image.pixels > self.level, {1: "object"}) for image in images]

    def save(self, folder: Path) -> None:
        (folder / "level.json").write_text(json.dumps(self.level))

    @classmethod
    def load(cls, folder: Path) -> Self:
        return cls(json.loads((folder / "level.json").read_text()))


brightness = classifier(name="brightness", version="1.0")(Brightness)
above = segmenter(name="above", version="1.0")(Above)


def toy_plugins() -> Plugins:
    plugins = Plugins()
    for one in (brightness, above):
        plugins.add(one.spec.name, one, distribution="toys 1.0")
    return plugins


def keep(algorithm: TrainableAlgorithm[Any], path: Path, number: float, **more: Any) -> Path:
    """Write a model of one of them as a file."""
    is_classifier = algorithm.spec.kind is Kind.CLASSIFIER
    card = ModelCard(
        algorithm=algorithm.spec.name,
        kind=algorithm.spec.kind,
        distribution="toys 1.0",
        parameters={"middle" if is_classifier else "level": number},
        dimensions=2,
        classes=CLASSES if is_classifier else ("object",),
        seed=3,
        packages={"numpy": "2.4"},
        **({"dataset_sha256": "0" * 64} | more),
    )
    write_model(algorithm.implementation(number), card, path)
    return path

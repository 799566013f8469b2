import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Self

import numpy as np
import pytest

from coronal import (
    BadImage,
    BadParameter,
    BadTrainingSet,
    Classifier,
    Context,
    Image,
    Kind,
    Parameter,
    Prediction,
    TrainableAlgorithm,
    classifier,
)
from coronal.testing import check_classifier

Softness = Annotated[
    float, Parameter("How unsure it is halfway between two means.", minimum=0.1, maximum=100)
]


class NearestMean(Classifier):
    """Choose the class whose mean brightness is nearest."""

    def __init__(self, softness: Softness = 10.0) -> None:
        self.softness = softness
        self.means: dict[str, float] = {}
        self.shape: tuple[int, ...] = ()

    def fit(self, images: Sequence[Image], classes: Sequence[str], context: Context) -> None:
        self.shape = images[0].shape
        for name in sorted(set(classes)):
            of_class = [image for image, its in zip(images, classes, strict=True) if its == name]
            self.means[name] = float(np.mean([image.pixels.mean() for image in of_class]))

    def predict(self, images: Sequence[Image]) -> list[Prediction]:
        return [self._predict(image) for image in images]

    def save(self, folder: Path) -> None:
        document = {"softness": self.softness, "means": self.means, "shape": self.shape}
        (folder / "model.json").write_text(json.dumps(document))

    @classmethod
    def load(cls, folder: Path) -> Self:
        document = json.loads((folder / "model.json").read_text())
        model = cls(document["softness"])
        model.means, model.shape = document["means"], tuple(document["shape"])
        return model

    def _predict(self, image: Image) -> Prediction:
        if image.shape != self.shape:
            raise BadImage(f"the image must be of shape {self.shape}, found {image.shape}")
        distances = np.array([abs(image.pixels.mean() - mean) for mean in self.means.values()])
        weights = np.exp(-(distances - distances.min()) / self.softness)
        return Prediction(tuple(self.means), tuple(weights / weights.sum()))


nearest_mean = classifier(NearestMean)


def test_it_is_described_by_its_class() -> None:
    spec = nearest_mean.spec
    assert (spec.name, spec.kind, spec.needs_model) == ("nearestmean", Kind.CLASSIFIER, True)
    assert spec.summary == nearest_mean.__doc__
    assert repr(nearest_mean) == "<classifier nearestmean>"


def test_it_is_made_with_checked_parameters() -> None:
    assert nearest_mean.create({}).softness == 10.0
    assert nearest_mean.create({"softness": 1}).softness == 1.0
    with pytest.raises(BadParameter, match=r"softness must be a number ≥ 0.1 and ≤ 100, found 0"):
        nearest_mean.create({"softness": 0})


def test_it_is_loaded_from_what_it_saved(tmp_path: Path) -> None:
    fitted = nearest_mean.create({"softness": 2})
    images = [Image(np.full((2, 2), level)) for level in (0.0, 10.0)]
    fitted.fit(images, ["low", "high"], Context())
    fitted.save(tmp_path)
    loaded = nearest_mean.load(tmp_path)
    assert [prediction.label for prediction in loaded.predict(images)] == ["low", "high"]
    assert loaded.predict(images) == fitted.predict(images)


def test_a_classifier_that_keeps_its_promises_passes_the_check() -> None:
    check_classifier(nearest_mean)
    check_classifier(nearest_mean, {"softness": 100})
    check_classifier(classifier(Demanding))


class Blind(NearestMean):
    """Say the same of every image."""

    def _predict(self, image: Image) -> Prediction:
        return Prediction(tuple(self.means), (1.0, 0.0))


class Short(NearestMean):
    """Forget the last image."""

    def predict(self, images: Sequence[Image]) -> list[Prediction]:
        return super().predict(images)[:-1]


class Inventive(NearestMean):
    """Know other classes than it was taught."""

    def _predict(self, image: Image) -> Prediction:
        return Prediction(("benign", "malignant"), super()._predict(image).probabilities)


class Backwards(NearestMean):
    """Answer in another order."""

    def predict(self, images: Sequence[Image]) -> list[Prediction]:
        return super().predict(images)[::-1]


class Unseeded(NearestMean):
    """Throw a coin that nobody seeded."""

    def fit(self, images: Sequence[Image], classes: Sequence[str], context: Context) -> None:
        super().fit(images, classes, context)
        self.softness = 1 + np.random.default_rng().random()


class Forgetful(NearestMean):
    """Forget a part when it is saved."""

    def save(self, folder: Path) -> None:
        soft, self.softness = self.softness, 50.0
        super().save(folder)
        self.softness = soft


class Meddling(NearestMean):
    """Write into its images."""

    def fit(self, images: Sequence[Image], classes: Sequence[str], context: Context) -> None:
        super().fit(images, classes, context)
        assert images[0].pixels.base is not None
        images[0].pixels.base[...] = images[0].pixels.max()


class Picky(NearestMean):
    """Raise something else than BadImage."""

    def _predict(self, image: Image) -> Prediction:
        assert image.shape == self.shape, "what a shape"
        return super()._predict(image)


class Narrow(NearestMean):
    """Raise something else than BadTrainingSet."""

    def fit(self, images: Sequence[Image], classes: Sequence[str], context: Context) -> None:
        _, _ = sorted(set(classes))
        super().fit(images, classes, context)


class Demanding(NearestMean):
    """Learn from two classes or more."""

    def fit(self, images: Sequence[Image], classes: Sequence[str], context: Context) -> None:
        if len(set(classes)) < 2:
            raise BadTrainingSet("there must be images of two classes or more")
        super().fit(images, classes, context)


class Flat(NearestMean):
    """Work in two dimensions alone, and say three as well."""

    def fit(self, images: Sequence[Image], classes: Sequence[str], context: Context) -> None:
        if images[0].dimensions == 3:
            raise RuntimeError("too many axes")
        super().fit(images, classes, context)


class Unbounded(NearestMean):
    """Take any softness."""

    def __init__(self, softness: float = 10.0) -> None:
        super().__init__(softness)


class Wordy(NearestMean):
    """Have a summary that is no sentence"""


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        (Blind, "must tell dark from bright"),
        (Backwards, "must tell dark from bright"),
        (Short, "2-D: it must give 40 predictions of as many images, found 39"),
        (Inventive, r"of the classes that it learned, found \('benign', 'malignant'\)"),
        (Unseeded, "the same seed must give the same predictions"),
        (Forgetful, "must be the same when it was saved and loaded"),
        (Meddling, "it changed an image"),
        (Picky, "of an image of another shape it must make BadImage, found AssertionError: what a shape"),
        (Narrow, "of images of one class it must make BadTrainingSet, found ValueError: not enough values"),
        (Flat, "3-D: it raised RuntimeError: too many axes"),
        (Unbounded, "softness must have a highest value"),
        (Wordy, "its summary must be a sentence"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_classifier_that_breaks_a_promise_fails_the_check(broken: type[NearestMean], fault: str) -> None:
    algorithm: TrainableAlgorithm[NearestMean] = classifier(broken)
    with pytest.raises(AssertionError, match=fault):
        check_classifier(algorithm)


def test_a_classifier_of_one_dimension_is_checked_in_that_alone() -> None:
    check_classifier(classifier(dimensions=(2,), name="flat")(Flat))

"""Every classifier keeps the contract, whatever its images are, and is what it was when it is loaded."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from offered import entry_points_of
from pydantic import JsonValue

from coronal import (
    BadImage,
    BadParameter,
    BadTrainingSet,
    Image,
    Meaning,
    TrainableAlgorithm,
    TrainingContext,
)
from coronal.testing import check_classifier
from coronal_learning.estimators.sklearn_classifier import SklearnClassifier

Trainable = TrainableAlgorithm[SklearnClassifier]

QUICK: Mapping[str, dict[str, JsonValue]] = {
    "random-forest": {"n_estimators": 10},
    "gradient-boosting": {"n_estimators": 5},
    "k-nearest": {"n_neighbors": 3},
}
CLASSIFIERS: list[Trainable] = [point.load() for point in entry_points_of("classifiers")]

every_classifier = pytest.mark.parametrize(
    "algorithm", CLASSIFIERS, ids=lambda algorithm: algorithm.spec.name
)

FORMS: Mapping[str, dict[str, Any]] = {
    "8 bits": {"dtype": np.uint8, "high": 200},
    "16 bits": {"dtype": np.uint16, "high": 60_000},
    "float": {"dtype": np.float32, "high": 0.8},
    "bool": {"dtype": np.bool_, "high": 1},
    "Hounsfield units": {"dtype": np.int16, "high": 1200, "low": -1000, "meaning": Meaning.HOUNSFIELD},
    "colour": {"channels": 3, "dtype": np.uint8, "high": 200, "meaning": Meaning.COLOUR},
    "two channels": {"channels": 2, "dtype": np.uint8, "high": 200},
    "volume": {"shape": (4, 6, 6), "dtype": np.int16, "high": 900},
    "volume of colours": {"shape": (3, 5, 5), "channels": 3, "dtype": np.uint8, "high": 200},
    "larger than its features": {"shape": (40, 50), "dtype": np.uint8, "high": 200},
}


def halves(
    *,
    count: int = 12,
    shape: tuple[int, ...] = (6, 6),
    dtype: type = np.uint8,
    channels: int = 0,
    low: float = 0,
    high: float = 200,
    meaning: Meaning = Meaning.INTENSITY,
) -> tuple[list[Image], list[str]]:
    """Make images whose bright half is above or below, and their classes."""
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


def fitted(
    algorithm: Trainable, images: list[Image], classes: list[str], **parameters: JsonValue
) -> SklearnClassifier:
    made = algorithm.create(QUICK.get(algorithm.spec.name, {}) | parameters)
    made.fit(images, classes, TrainingContext(seed=3))
    return made


@every_classifier
@pytest.mark.parametrize(
    "parameters",
    [{}, {"features": ["intensity", "lbp", "glcm"]}, {"size": 4}],
    ids=["by itself", "several features", "shrunk"],
)
def test_it_keeps_the_contract(algorithm: Trainable, parameters: dict[str, JsonValue]) -> None:
    check_classifier(algorithm, QUICK.get(algorithm.spec.name, {}) | parameters)


@every_classifier
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_it_learns_images_of_each_form_and_is_the_same_when_it_was_saved(
    algorithm: Trainable, form: dict[str, Any], tmp_path: Path
) -> None:
    images, classes = halves(**form)
    first = fitted(algorithm, images, classes)
    predictions = first.predict(images)
    assert [one.label for one in predictions] == classes
    first.save(tmp_path)
    again = algorithm.load(tmp_path)
    assert again.predict(images) == predictions
    changed = [name for name, value in vars(first).items() if name != "fitted" and vars(again)[name] != value]
    assert not changed


@every_classifier
def test_the_same_data_parameters_and_seed_give_the_same_files(algorithm: Trainable, tmp_path: Path) -> None:
    images, classes = halves()
    files = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        fitted(algorithm, images, classes).save(folder)
        files.append({file.name: file.read_bytes() for file in folder.iterdir()})
    assert files[0] == files[1]
    graph = set() if algorithm.spec.name == "k-nearest" else {"model.onnx"}
    assert set(files[0]) == {"model.json", "model.skops"} | graph


@every_classifier
def test_a_batch_is_predicted_as_each_image_alone(algorithm: Trainable) -> None:
    images, classes = halves()
    model = fitted(algorithm, images, classes)
    alone = [model.predict([image])[0] for image in images]
    for one, other in zip(model.predict(images), alone, strict=True):
        assert one.classes == other.classes
        assert one.probabilities == pytest.approx(other.probabilities, abs=1e-6)
    assert model.predict([]) == []


@every_classifier
def test_a_rare_class_is_found_more_often_when_it_weighs_more(algorithm: Trainable) -> None:
    random = np.random.default_rng(0)
    classes = ["common"] * 190 + ["rare"] * 10
    levels = [random.normal(0 if name == "common" else 1.2, 1.0, (1, 2)) for name in classes * 2]
    images = [Image(level) for level in levels]
    pruned: dict[str, dict[str, JsonValue]] = {
        "decision-tree": {"max_depth": 2},
        "random-forest": {"min_samples_leaf": 8, "n_estimators": 30},
        "k-nearest": {"n_neighbors": 15},
    }
    recalls = {}
    for weight in (1.0, 19.0):
        model = algorithm.create(QUICK.get(algorithm.spec.name, {}) | pruned.get(algorithm.spec.name, {}))
        model.fit(images[:200], classes, TrainingContext(seed=3, class_weights={"rare": weight}))
        recalls[weight] = np.mean([one.label == "rare" for one in model.predict(images[390:])])
    assert recalls[19.0] > recalls[1.0]


@every_classifier
def test_it_tells_its_progress_and_learns_nothing_when_it_was_cancelled_early(algorithm: Trainable) -> None:
    images, classes = halves()
    reported: list[float] = []
    made = algorithm.create(QUICK.get(algorithm.spec.name, {}))
    made.fit(images, classes, TrainingContext(progress=reported.append))
    assert reported == sorted(reported)
    assert reported[-1] == 1.0
    cancelled = algorithm.create({})
    cancelled.fit(images, classes, TrainingContext(is_cancelled=lambda: True))
    with pytest.raises(RuntimeError, match="must be fitted or loaded"):
        cancelled.predict(images)


OTHERS: Mapping[str, tuple[Image, str]] = {
    "shape": (Image(np.zeros((7, 6), np.uint8)), "7 × 6, 1 channel, 8-bit intensity"),
    "dimensions": (Image(np.zeros((6, 6, 6), np.uint8)), "6 × 6 × 6, 1 channel, 8-bit intensity"),
    "channels": (
        Image(np.zeros((6, 6, 3), np.uint8), has_channels=True),
        "6 × 6, 3 channels, 8-bit intensity",
    ),
    "bits": (Image(np.zeros((6, 6), np.int16)), "6 × 6, 1 channel, 16-bit intensity"),
    "float": (Image(np.zeros((6, 6))), "6 × 6, 1 channel, float intensity"),
    "meaning": (Image(np.zeros((6, 6), np.uint8), meaning=Meaning.HOUNSFIELD), "6 × 6, 1 channel, HU"),
}


@pytest.mark.parametrize(("other", "words"), OTHERS.values(), ids=OTHERS.keys())
def test_an_image_of_another_form_is_refused(other: Image, words: str) -> None:
    model = fitted(CLASSIFIERS[0], *halves())
    with pytest.raises(BadImage) as refused:
        model.predict([other])
    assert str(refused.value).endswith(f"learned from, 6 × 6, 1 channel, 8-bit intensity; found {words}")


def test_hounsfield_units_are_the_same_in_each_type() -> None:
    images, classes = halves(dtype=np.int16, low=-1000, high=1000, meaning=Meaning.HOUNSFIELD)
    model = fitted(CLASSIFIERS[0], images, classes)
    as_floats = [image.with_pixels(image.pixels.astype(np.float32)) for image in images]
    assert model.predict(as_floats) == model.predict(images)


@every_classifier
def test_one_class_is_nothing_to_learn(algorithm: Trainable) -> None:
    images, _ = halves()
    with pytest.raises(BadTrainingSet, match="images of two classes or more, found all of 'above'"):
        algorithm.create({}).fit(images, ["above"] * len(images), TrainingContext())


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300])
def test_a_value_that_is_no_number_is_refused(value: float) -> None:
    images, classes = halves(dtype=np.float64)
    holed = images[0].with_pixels(np.where(np.eye(6) > 0, value, images[0].pixels))
    with pytest.raises(BadImage, match="each value must be a number within"):
        fitted(CLASSIFIERS[0], [holed, *images[1:]], classes)
    with pytest.raises(BadImage, match="each value must be a number within"):
        fitted(CLASSIFIERS[0], images, classes).predict([holed])


def test_a_classifier_without_features_is_refused() -> None:
    with pytest.raises(BadParameter, match="features must be one or several, found none"):
        CLASSIFIERS[0].create({"features": []})


def test_what_was_not_fitted_cannot_be_saved(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="must be fitted or loaded"):
        CLASSIFIERS[0].create({}).save(tmp_path)


def test_a_worker_that_only_lists_them_does_not_load_the_library() -> None:
    modules = [point.module for point in entry_points_of("classifiers")]
    loaded = f"import sys, {', '.join(modules)}; sys.exit('sklearn' in sys.modules or 'skops' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loaded], check=False).returncode == 0

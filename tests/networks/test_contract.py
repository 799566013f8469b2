"""Every network keeps the contract, whatever its images are, and is what it was when it is loaded."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import JsonValue

from coronal import BadImage, BadTrainingSet, Examples, Image, Meaning, TrainableAlgorithm, TrainingContext
from coronal.testing import check_classifier
from coronal_networks.cnn import cnn
from coronal_networks.network_classifier import NetworkClassifier
from coronal_networks.rnn import rnn

pytestmark = pytest.mark.slow

Trainable = TrainableAlgorithm[NetworkClassifier]

QUICK: Mapping[str, dict[str, JsonValue]] = {
    "cnn": {"epochs": 12, "filters": 4, "learning_rate": 0.01},
    "rnn": {"epochs": 12, "units": 12, "learning_rate": 0.02},
}

every_network = pytest.mark.parametrize("algorithm", [cnn, rnn], ids=lambda algorithm: algorithm.spec.name)

FORMS: Mapping[str, dict[str, Any]] = {
    "colours larger than the network": {
        "shape": (20, 26),
        "channels": 3,
        "dtype": np.uint8,
        "meaning": Meaning.COLOUR,
    },
    "volume of Hounsfield units": {
        "shape": (3, 6, 6),
        "dtype": np.int16,
        "high": 1200,
        "low": -1000,
        "meaning": Meaning.HOUNSFIELD,
    },
    "volume of channels": {"shape": (2, 5, 7), "channels": 2, "dtype": np.float64, "high": 0.8},
    "masks": {"dtype": np.bool_, "high": 1, "shape": (4, 3)},
}


def fitted(algorithm: Any, images: Any, classes: Any, **parameters: JsonValue) -> NetworkClassifier:
    made: NetworkClassifier = algorithm.create(QUICK[algorithm.spec.name] | parameters)
    made.fit(images, classes, TrainingContext(seed=3))
    return made


@pytest.mark.parametrize(
    ("algorithm", "parameters"),
    [
        (cnn, {"architecture": "small"}),
        (cnn, {"architecture": "residual"}),
        (rnn, {"cell": "gru"}),
        (rnn, {"cell": "lstm"}),
    ],
    ids=["small", "residual", "gru", "lstm"],
)
def test_it_keeps_the_contract(algorithm: Any, parameters: dict[str, JsonValue]) -> None:
    check_classifier(algorithm, QUICK[algorithm.spec.name] | parameters)


@every_network
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_it_learns_images_of_each_form_and_is_the_same_when_it_was_saved(
    algorithm: Any, form: dict[str, Any], halves: Any, tmp_path: Path
) -> None:
    images, classes = halves(**form)
    first = fitted(algorithm, images, classes, size=16, dropout=0.0)
    predictions = first.predict(images)
    assert [one.label for one in predictions] == classes
    first.save(tmp_path)
    again = algorithm.load(tmp_path)
    assert again.predict(images) == predictions
    changed = [name for name, value in vars(first).items() if name != "fitted" and vars(again)[name] != value]
    assert not changed


@every_network
def test_the_same_data_parameters_and_seed_give_the_same_files_and_another_seed_others(
    algorithm: Any, halves: Any, tmp_path: Path
) -> None:
    images, classes = halves()
    files = []
    for seed in (3, 3, 4):
        folder = tmp_path / str(len(files))
        folder.mkdir()
        augmentation: JsonValue = ["rotate", "shift", "contrast", "flip"]
        made = algorithm.create(QUICK[algorithm.spec.name] | {"epochs": 2, "augmentation": augmentation})
        made.fit(images, classes, TrainingContext(seed=seed))
        made.save(folder)
        files.append({file.name: file.read_bytes() for file in folder.iterdir()})
    assert files[0] == files[1]
    assert files[0]["model.onnx"] != files[2]["model.onnx"]
    assert set(files[0]) == {"model.json", "model.keras", "model.onnx"}
    record = json.loads(files[0]["model.json"])
    assert record["parameters"]["augmentation"] == augmentation
    assert record["preparation"]["form"] == {"shape": [6, 6], "channels": 1, "values": "8-bit intensity"}


@every_network
def test_a_batch_is_predicted_as_each_image_alone(algorithm: Any, halves: Any) -> None:
    images, classes = halves(count=70)
    model = fitted(algorithm, images, classes, epochs=1)
    alone = [model.predict([image])[0] for image in images]
    for one, other in zip(model.predict(images), alone, strict=True):
        assert one.probabilities == pytest.approx(other.probabilities, abs=1e-6)
    assert model.predict([]) == []


@every_network
def test_a_rare_class_is_found_more_often_when_it_weighs_more(algorithm: Any) -> None:
    random = np.random.default_rng(0)
    classes = ["common"] * 190 + ["rare"] * 10
    images = [Image(random.normal(0 if name == "common" else 1.2, 1.0, (1, 2))) for name in classes * 2]
    recalls = []
    for weights in ({}, {"common": 0.5, "rare": 10.0}):
        model = algorithm.create({"epochs": 20, "learning_rate": 0.01})
        model.fit(images[:200], classes, TrainingContext(seed=3, class_weights=weights))
        recalls.append(np.mean([one.label == "rare" for one in model.predict(images[390:])]))
    assert recalls[1] > recalls[0] + 0.2


@pytest.mark.parametrize(
    ("algorithm", "parameters"),
    [
        (cnn, {"epochs": 8}),
        (cnn, {"architecture": "residual", "epochs": 6}),
        (rnn, {"epochs": 12, "learning_rate": 0.005}),
        (rnn, {"cell": "lstm", "epochs": 12, "learning_rate": 0.005}),
    ],
    ids=["small", "residual", "gru", "lstm"],
)
def test_it_learns_handwritten_digits(algorithm: Any, parameters: dict[str, JsonValue], digits: Any) -> None:
    assert digits.accuracy(digits.fit(algorithm.create(parameters))) > 0.9


def test_an_image_of_another_form_and_one_that_is_no_number_are_refused(halves: Any) -> None:
    images, classes = halves(dtype=np.float64)
    model = fitted(cnn, images, classes, epochs=1)
    with pytest.raises(BadImage, match=r"learned from, 6 × 6, 1 channel, float intensity; found 7 × 6, 1 ch"):
        model.predict([Image(np.zeros((7, 6)))])
    holed = images[0].with_pixels(np.where(np.eye(6) > 0, np.nan, images[0].pixels))
    with pytest.raises(BadImage, match="each value must be a number within"):
        model.predict([holed])
    with pytest.raises(BadImage, match="each value must be a number within"):
        fitted(cnn, [holed, *images[1:]], classes)
    far = images[0].with_pixels(np.full((6, 6), -1e38))
    assert sum(model.predict([far])[0].probabilities) == pytest.approx(1)


def test_one_class_is_nothing_to_learn(halves: Any) -> None:
    images, _ = halves()
    with pytest.raises(BadTrainingSet, match="images of two classes or more, found all of 'above'"):
        fitted(cnn, images, ["above"] * len(images))


def test_validation_images_must_be_like_the_others(halves: Any) -> None:
    context = TrainingContext(validation=Examples([Image(np.zeros((3, 3), np.uint8))], ["above"]))
    with pytest.raises(BadImage, match=r"must be like those that were learned from, 6 × 6.*found 3 × 3"):
        cnn.create({}).fit(*halves(), context)


def test_what_was_not_fitted_cannot_be_saved_or_asked(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="must be fitted or loaded"):
        cnn.create({}).save(tmp_path)
    with pytest.raises(RuntimeError, match="must be fitted or loaded"):
        rnn.create({}).predict([])


def test_a_process_that_lists_networks_or_asks_a_graph_does_not_load_tensorflow(
    halves: Any, tmp_path: Path
) -> None:
    images, classes = halves()
    fitted(cnn, images, classes, epochs=1).save(tmp_path)
    program = f"""
import pathlib, sys
from coronal_networks.cnn import cnn
import coronal_networks.rnn
assert not {{"tensorflow", "keras", "onnxruntime"}} & set(sys.modules)
import numpy as np
from coronal import Image
cnn.load(pathlib.Path({str(tmp_path)!r})).predict([Image(np.zeros((6, 6), np.uint8))])
assert not {{"tensorflow", "keras"}} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", program], check=True)

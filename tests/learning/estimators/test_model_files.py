"""What is no model of ours is refused, and nothing of it runs."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from saved_estimator import read_saved
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.tree import DecisionTreeClassifier

from coronal import BadModel, Image, TrainingContext
from coronal_learning.estimators.decision_tree import decision_tree
from coronal_learning.estimators.gradient_boosting import gradient_boosting
from coronal_learning.estimators.random_forest import random_forest
from coronal_learning.estimators.svm import svm

pytestmark = pytest.mark.slow

IMAGES = [Image(np.full((2, 2), level, np.uint8)) for level in range(12)]
CLASSES = ["dark"] * 6 + ["bright"] * 6


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """The folder of a decision tree without a graph: its estimator predicts."""
    fitted = decision_tree.create({})
    fitted.fit(IMAGES, CLASSES, TrainingContext())
    fitted.save(tmp_path)
    (tmp_path / "model.onnx").unlink()
    return tmp_path


@pytest.fixture
def rewrite(model: Path) -> Callable[..., None]:
    def change(**changes: Any) -> None:
        file = model / "model.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | changes))

    return change


def test_anybody_can_read_what_a_model_was_made_from(model: Path) -> None:
    record = json.loads((model / "model.json").read_text())
    assert record["model"] == "DecisionTree"
    assert record["parameters"]["features"] == ["pixels"]
    assert record["parameters"]["max_depth"] is None
    assert record["classes"] == ["bright", "dark"]
    assert record["form"] == {"shape": [2, 2], "channels": 1, "values": "8-bit intensity"}


def test_a_file_that_would_call_a_function_is_refused(model: Path) -> None:
    skops.io.dump(Pipeline([("classify", FunctionTransformer(os.getpid))]), model / "model.skops")
    with pytest.raises(BadModel, match=r"holds what this classifier never saves: .*posix\.getpid"):
        decision_tree.load(model)


def test_a_type_that_another_classifier_saves_is_refused(model: Path) -> None:
    machine = svm.create({})
    machine.fit(IMAGES, CLASSES, TrainingContext())
    tree = (model / "model.skops").read_bytes()
    machine.save(model)
    (model / "model.onnx").unlink()
    (model / "model.skops").write_bytes(tree)
    with pytest.raises(BadModel, match=r"never saves: .*sklearn\.tree\._tree\.Tree"):
        svm.load(model)


@pytest.mark.parametrize(
    "other",
    [
        {"classify": 1},
        Pipeline([("classify", DecisionTreeClassifier())]),
        Pipeline([("other", "passthrough")]),
    ],
    ids=["no estimator", "unfitted", "other steps"],
)
def test_another_object_of_trusted_types_is_refused(model: Path, other: object) -> None:
    skops.io.dump(other, model / "model.skops")
    with pytest.raises(BadModel, match=r"model\.skops must be the"):
        decision_tree.load(model)


@pytest.mark.parametrize("content", [None, b"", b"no archive", b"cut"])
def test_a_broken_file_is_refused_without_a_path(model: Path, content: bytes | None) -> None:
    file = model / "model.skops"
    if content is None:
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-40] if content == b"cut" else content)
    with pytest.raises(BadModel, match=r"model\.skops must be the estimator of a model") as refused:
        decision_tree.load(model)
    assert str(model) not in str(refused.value)


@pytest.mark.parametrize("content", [None, "", "[]", '{"classifier": "DecisionTree"}'])
def test_a_broken_record_is_refused_without_a_path(model: Path, content: str | None) -> None:
    file = model / "model.json"
    file.unlink() if content is None else file.write_text(content)
    with pytest.raises(BadModel, match=r"model\.json must be the record of a model") as refused:
        decision_tree.load(model)
    assert str(model) not in str(refused.value)


def test_a_record_of_version_0_1_which_called_the_model_classifier_is_read(model: Path) -> None:
    file = model / "model.json"
    file.write_text(file.read_text().replace('"model":', '"classifier":'))
    assert decision_tree.load(model).fitted is not None


def test_a_model_of_another_classifier_is_refused(model: Path) -> None:
    with pytest.raises(BadModel, match="must be of RandomForest, found 'DecisionTree'"):
        random_forest.load(model)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"max_depth": 0}, "max_depth must be a number|max_depth must be a whole number"),
        ({"wings": 2}, "wings must be a parameter that the algorithm has"),
        ({"features": [["pixels"]]}, "features must be a list"),
    ],
)
def test_parameters_that_are_not_allowed_are_refused(
    model: Path, rewrite: Callable[..., None], parameters: dict[str, Any], message: str
) -> None:
    rewrite(parameters=parameters)
    with pytest.raises(BadModel, match=message):
        decision_tree.load(model)


def test_a_record_of_more_classes_than_the_estimator_knows_is_refused(
    model: Path, rewrite: Callable[..., None]
) -> None:
    rewrite(classes=["bright", "dark", "striped"])
    with pytest.raises(BadModel, match="found another or a broken one"):
        decision_tree.load(model)


@pytest.mark.parametrize("algorithm", [decision_tree, random_forest, gradient_boosting], ids=str)
@pytest.mark.parametrize(
    ("field", "number"),
    [("left_child", 999), ("right_child", 0), ("left_child", -2), ("feature", 4), ("feature", -5)],
)
def test_a_tree_that_leads_out_of_its_arrays_or_round_in_them_is_refused(
    algorithm: Any, field: str, number: int, tmp_path: Path
) -> None:
    fitted = algorithm.create({})
    fitted.fit(IMAGES, CLASSES, TrainingContext())
    fitted.save(tmp_path)
    (tmp_path / "model.onnx").unlink()
    estimator = read_saved(tmp_path)
    classify = estimator.named_steps["classify"]
    tree = (np.ravel(classify.estimators_)[-1] if hasattr(classify, "estimators_") else classify).tree_
    state = tree.__getstate__()
    state["nodes"][field][0] = number
    tree.__setstate__(state)
    skops.io.dump(estimator, tmp_path / "model.skops")
    with pytest.raises(BadModel, match="found another or a broken one"):
        algorithm.load(tmp_path)

"""ONNX Runtime predicts where it says what scikit-learn says, and only there."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from offered import entry_points_of
from saved_estimator import read_saved
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from coronal import BadModel, Image, TrainingContext
from coronal_classifiers import onnx_export
from coronal_classifiers.estimator import Estimator
from coronal_classifiers.k_nearest import k_nearest
from coronal_classifiers.onnx_export import NotExported, converted, exported
from coronal_classifiers.random_forest import random_forest
from coronal_classifiers.svm import svm

SERVED = [point.load() for point in entry_points_of("classifiers") if point.name != "k-nearest"]
VALUES = np.random.default_rng(0).normal(size=(60, 3))
CODES = (VALUES.sum(axis=1) > 0).astype(np.int64)


def tree() -> Estimator:
    made: Estimator = Pipeline([("classify", DecisionTreeClassifier(max_depth=3))])
    made.fit(VALUES, CODES)
    return made


@pytest.mark.parametrize("algorithm", SERVED, ids=lambda algorithm: algorithm.spec.name)
def test_what_is_served_says_what_the_library_says_of_images_that_it_has_not_seen(
    digits: Any, algorithm: Any, tmp_path: Path
) -> None:
    fitted = algorithm.create({})
    digits.fit(fitted)
    fitted.save(tmp_path)
    expected = read_saved(tmp_path).predict_proba(digits.rows[900:])
    found = digits.probabilities(algorithm.load(tmp_path))
    np.testing.assert_allclose(found, expected, atol=1e-4)
    np.testing.assert_array_equal(found.argmax(axis=1), expected.argmax(axis=1))


def test_a_tree_divides_numbers_next_to_its_thresholds_as_the_library_does() -> None:
    estimator = tree()
    thresholds = estimator.named_steps["classify"].tree_.threshold
    edges = thresholds.astype(np.float32)
    near = np.concatenate([edges, np.nextafter(edges, np.float32(9)), np.nextafter(edges, np.float32(-9))])
    rows = np.stack(np.meshgrid(near, near, near), axis=-1).reshape(-1, 3).astype(np.float64)
    runtime = exported(converted(estimator, 3), estimator, VALUES)
    np.testing.assert_allclose(runtime.predict_proba(rows), estimator.predict_proba(rows), atol=1e-6)


def test_an_export_that_says_another_class_is_not_used() -> None:
    other: Estimator = Pipeline([("classify", DecisionTreeClassifier(max_depth=3))])
    other.fit(VALUES, 1 - CODES)
    with pytest.raises(NotExported, match="it would say another class of images that were learned from"):
        exported(converted(tree(), 3), other, VALUES)


def test_an_export_whose_probabilities_differ_is_not_used() -> None:
    smaller: Estimator = Pipeline([("classify", DecisionTreeClassifier(max_depth=3, min_samples_leaf=5))])
    smaller.fit(VALUES, CODES)
    model = converted(tree(), 3)
    alike = VALUES[
        smaller.predict_proba(VALUES).argmax(axis=1) == tree().predict_proba(VALUES).argmax(axis=1)
    ]
    with pytest.raises(NotExported, match=r"probabilities would differ by 0\.\d+"):
        exported(model, smaller, alike)


def test_neighbours_by_distance_do_differ_and_the_check_finds_it() -> None:
    nearest: Estimator = Pipeline(
        [("scale", StandardScaler()), ("classify", KNeighborsClassifier(5, weights="distance"))]
    )
    nearest.fit(VALUES, CODES)
    with pytest.raises(NotExported, match=r"probabilities would differ|another class"):
        exported(converted(nearest, 3), nearest, VALUES)


def test_what_the_converter_does_not_know_is_not_exported() -> None:
    strange: Estimator = Pipeline(
        [("scale", FunctionTransformer(np.abs)), ("classify", DecisionTreeClassifier())]
    )
    strange.fit(VALUES, CODES)
    with pytest.raises(NotExported, match="it can't be converted"):
        converted(strange, 3)


def test_a_forest_that_is_too_large_is_not_exported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_export, "_MOST_NODES", 4)
    with pytest.raises(NotExported, match=r"its trees have \d+ nodes, more than 4"):
        converted(tree(), 3)


def test_the_log_tells_when_the_library_predicts(digits: Any) -> None:
    lines: list[str] = []
    context = TrainingContext(log=lines.append)
    k_nearest.create({}).fit(digits.images[:100], digits.classes[:100], context)
    assert lines == [
        "scaling: pixels none",
        "scikit-learn will predict, and not ONNX Runtime: that would compare images in three times the time",
    ]


def test_a_model_that_is_slow_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(onnx_export, "_MOST_NODES", 4)
    lines: list[str] = []
    fitted = random_forest.create({"trees": 5})
    fitted.fit(*two(), TrainingContext(log=lines.append))
    fitted.save(tmp_path)
    (caveat,) = random_forest.load(tmp_path).caveats
    assert caveat == lines[-1]
    assert caveat.startswith(
        "scikit-learn predicts and not ONNX Runtime, so that an image alone may take ten"
    )
    assert caveat.endswith("nodes, more than 4")


def two() -> tuple[list[Image], list[str]]:
    return [Image(np.full((2, 2), level, np.uint8)) for level in range(12)], ["dark"] * 6 + ["bright"] * 6


@pytest.mark.parametrize("content", [b"", b"no graph at all"], ids=["empty", "a text"])
def test_a_broken_graph_is_refused(content: bytes, tmp_path: Path) -> None:
    fitted = random_forest.create({"trees": 3})
    fitted.fit(*two(), TrainingContext())
    fitted.save(tmp_path)
    (tmp_path / "model.onnx").write_bytes(content)
    with pytest.raises(BadModel, match=r"model\.onnx must be the graph of a model, found Invalid"):
        random_forest.load(tmp_path)


def test_a_graph_of_other_classes_is_refused(digits: Any, tmp_path: Path) -> None:
    of_ten = svm.create({})
    digits.fit(of_ten)
    of_ten.save(tmp_path)
    graph = (tmp_path / "model.onnx").read_bytes()
    of_two = svm.create({})
    of_two.fit(*two(), TrainingContext())
    of_two.save(tmp_path)
    (tmp_path / "model.onnx").write_bytes(graph)
    with pytest.raises(BadModel, match=r"model\.onnx must tell 2 classes apart, found 10"):
        svm.load(tmp_path)


def test_a_loaded_model_can_be_saved_again(tmp_path: Path) -> None:
    folders = [tmp_path / "first", tmp_path / "second"]
    fitted = random_forest.create({"trees": 3})
    fitted.fit(*two(), TrainingContext())
    for folder in folders:
        folder.mkdir()
        fitted.save(folder)
        fitted = random_forest.load(folder)
    first, second = ({file.name: file.read_bytes() for file in folder.iterdir()} for folder in folders)
    assert first == second


_PREDICT = """
import sys, numpy
from pathlib import Path
from coronal import Image
from coronal_classifiers.random_forest import random_forest
random_forest.load(Path(sys.argv[1])).predict([Image(numpy.zeros((2, 2), numpy.uint8))])
sys.exit("sklearn" in sys.modules or "skops" in sys.modules)
"""

_FIT = """
import sys, numpy
from pathlib import Path
from coronal import Image, TrainingContext
from coronal_classifiers.gradient_boosting import gradient_boosting
fitted = gradient_boosting.create({"rounds": 3})
images = [Image(numpy.full((2, 2), level, numpy.uint8)) for level in range(4)]
fitted.fit(images, ["a", "a", "b", "b"], TrainingContext())
fitted.save(Path(sys.argv[1]))
"""


def test_who_only_predicts_does_not_load_scikit_learn(tmp_path: Path) -> None:
    fitted = random_forest.create({"trees": 3})
    fitted.fit(*two(), TrainingContext())
    fitted.save(tmp_path)
    assert subprocess.run([sys.executable, "-c", _PREDICT, tmp_path], check=False).returncode == 0


def test_every_process_writes_the_same_graph(tmp_path: Path) -> None:
    written = []
    # The order of a set of texts, which differs from process to process, is the same for one of these seeds.
    for seed in ("1", "6"):
        folder = tmp_path / seed
        folder.mkdir()
        environment = os.environ | {"PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", _FIT, folder], check=True, env=environment)
        written.append((folder / "model.onnx").read_bytes())
    assert written[0] == written[1]

"""ONNX Runtime predicts where it says what scikit-learn says, and only there."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from offered import entry_points_of
from onnx import TensorProto, helper
from saved_estimator import read_saved
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier

from coronal import BadModel, Image, TrainingContext
from coronal.models.export import NotExported
from coronal_learning.estimators.estimator import Estimator
from coronal_learning.estimators.export import onnx_export
from coronal_learning.estimators.export.hard_rows import hard_rows
from coronal_learning.estimators.export.onnx_export import converted, exported
from coronal_learning.estimators.export.onnx_runtime import Runtime
from coronal_learning.estimators.k_nearest import k_nearest
from coronal_learning.estimators.random_forest import random_forest
from coronal_learning.estimators.svm import svm
from coronal_learning.estimators.tree_validation import thresholds_of

pytestmark = pytest.mark.slow

SERVED = [point.load() for point in entry_points_of("classifiers") if point.name != "k-nearest"]
VALUES = np.random.default_rng(0).normal(size=(60, 3))
CODES = (VALUES.sum(axis=1) > 0).astype(np.int64)
DRAWN = np.random.default_rng(0).random((300, 8))
DRAWN_CODES = np.random.default_rng(1).integers(0, 2, 300)


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
    np.testing.assert_allclose(found, expected, atol=1e-9)
    np.testing.assert_array_equal(found.argmax(axis=1), expected.argmax(axis=1))


def test_a_tree_divides_numbers_next_to_its_thresholds_as_the_library_does() -> None:
    estimator = tree()
    thresholds = estimator.named_steps["classify"].tree_.threshold
    edges = thresholds.astype(np.float32)
    near = np.concatenate([edges, np.nextafter(edges, np.float32(9)), np.nextafter(edges, np.float32(-9))])
    rows = np.stack(np.meshgrid(near, near, near), axis=-1).reshape(-1, 3).astype(np.float64)
    runtime = exported(converted(estimator, 3), estimator, VALUES)
    np.testing.assert_array_equal(runtime.predict_proba(rows), estimator.predict_proba(rows))


def forest_at_draws() -> Estimator:
    """Fifty trees, half of which vote for each class in one row of sixteen."""
    made: Estimator = Pipeline([("classify", RandomForestClassifier(50, random_state=0))])
    made.fit(DRAWN, DRAWN_CODES)
    return made


def test_at_a_draw_a_forest_says_the_first_class_as_the_library_does() -> None:
    estimator = forest_at_draws()
    runtime = exported(converted(estimator, 8), estimator, DRAWN)
    rows = np.random.default_rng(1).random((2000, 8))
    expected, found = estimator.predict_proba(rows), runtime.predict_proba(rows)
    draws = expected[:, 0] == expected[:, 1]
    assert draws.sum() > 50
    np.testing.assert_array_equal(found, expected)
    alone = np.concatenate([runtime.predict_proba(row[np.newaxis]) for row in rows[draws]])
    np.testing.assert_array_equal(alone, expected[draws])


HARD: Mapping[str, object] = {
    "forest of mixed leaves": RandomForestClassifier(30, min_samples_leaf=4, random_state=0),
    "forest of stumps and one leaf": RandomForestClassifier(9, max_depth=1, random_state=0),
    "tree": DecisionTreeClassifier(max_depth=4),
    "boosting": GradientBoostingClassifier(n_estimators=8, random_state=0),
    "logistic regression": LogisticRegression(),
    "naive Bayes": GaussianNB(),
}


@pytest.mark.parametrize("classes", [2, 3, 5])
@pytest.mark.parametrize("estimator", HARD.values(), ids=HARD.keys())
def test_where_it_is_hard_a_graph_says_what_the_library_says(estimator: object, classes: int) -> None:
    made: Estimator = Pipeline([("classify", estimator)])
    made.fit(VALUES, np.arange(len(VALUES)) % classes)
    runtime = exported(converted(made, 3), made, VALUES)
    rows = hard_rows(made, VALUES, seed=7)
    expected = made.predict_proba(rows)
    for found in (
        runtime.predict_proba(rows),
        np.concatenate([runtime.predict_proba(row[np.newaxis]) for row in rows]),
    ):
        np.testing.assert_allclose(found, expected, atol=1e-12)
        np.testing.assert_array_equal(found.argmax(axis=1), expected.argmax(axis=1))


@pytest.mark.parametrize("parameters", [{}, {"kernel": "linear"}, {"kernel": "polynomial", "degree": 2}])
@pytest.mark.parametrize("offset", [0.0, 30_000.0])
def test_a_machine_has_the_votes_of_the_library_far_from_0_too(
    parameters: dict[str, Any], offset: float, tmp_path: Path
) -> None:
    random = np.random.default_rng(0)
    images = [Image(random.normal(offset + 10 * (number % 4), 9, (2, 3))) for number in range(120)]
    fitted = svm.create({"scale": "standard", **parameters})
    fitted.fit(images, [str(number % 4) for number in range(120)], TrainingContext())
    fitted.save(tmp_path)
    assert (tmp_path / "model.onnx").exists()
    estimator = read_saved(tmp_path)
    rows = offset + random.normal(15, 12, (3000, 6))
    # In float32 a pair's whole vote went over where it was nearly undecided, and the probability by 0.02.
    found = Runtime((tmp_path / "model.onnx").read_bytes()).predict_proba(rows)
    np.testing.assert_allclose(found, estimator.predict_proba(rows), atol=1e-9)


def test_hard_rows_are_draws_and_thresholds() -> None:
    estimator = forest_at_draws()
    rows = hard_rows(estimator, DRAWN)
    probabilities = estimator.predict_proba(rows)
    assert (probabilities[:, 0] == probabilities[:, 1]).sum() > 5
    _, thresholds = thresholds_of(estimator.named_steps["classify"])
    assert np.isin(thresholds.astype(np.float32), rows.astype(np.float32)).sum() >= 90


def test_an_export_that_says_another_class_is_not_used() -> None:
    other: Estimator = Pipeline([("classify", DecisionTreeClassifier(max_depth=3))])
    other.fit(VALUES, 1 - CODES)
    with pytest.raises(NotExported, match="it predicts another class for some training images"):
        exported(converted(tree(), 3), other, VALUES)


def test_an_export_whose_probabilities_differ_is_not_used() -> None:
    smaller: Estimator = Pipeline([("classify", DecisionTreeClassifier(max_depth=3, min_samples_leaf=5))])
    smaller.fit(VALUES, CODES)
    model = converted(tree(), 3)
    alike = VALUES[
        smaller.predict_proba(VALUES).argmax(axis=1) == tree().predict_proba(VALUES).argmax(axis=1)
    ]
    with pytest.raises(NotExported, match=r"its probabilities differ by 0\.\d+"):
        exported(model, smaller, alike)


def test_an_export_that_differs_at_draws_alone_is_not_used() -> None:
    estimator = forest_at_draws()
    model = converted(estimator, 8)
    favour = helper.make_tensor("favour", TensorProto.DOUBLE, [2], [1.0, 1.0 + 1e-12])
    model.graph.initializer.append(favour)
    model.graph.node.append(helper.make_node("Mul", [model.graph.output[0].name, "favour"], ["favoured"]))
    model.graph.output[0].name = "favoured"
    with pytest.raises(NotExported, match="it predicts another class for some borderline features"):
        exported(model, estimator, DRAWN)


def test_what_has_no_graph_is_not_exported() -> None:
    nearest: Estimator = Pipeline([("classify", KNeighborsClassifier(5))])
    nearest.fit(VALUES, CODES)
    with pytest.raises(NotExported, match=r"it can't be converted \(KNeighborsClassifier\)"):
        converted(nearest, 3)


def test_a_forest_that_is_too_large_is_not_exported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_export, "_MAX_NODES", 4)
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
    monkeypatch.setattr(onnx_export, "_MAX_NODES", 4)
    lines: list[str] = []
    fitted = random_forest.create({"n_estimators": 5})
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
    fitted = random_forest.create({"n_estimators": 3})
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
    fitted = random_forest.create({"n_estimators": 3})
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
from coronal_learning.estimators.random_forest import random_forest
random_forest.load(Path(sys.argv[1])).predict([Image(numpy.zeros((2, 2), numpy.uint8))])
sys.exit("sklearn" in sys.modules or "skops" in sys.modules)
"""

_FIT = """
import sys, numpy
from pathlib import Path
from coronal import Image, TrainingContext
from coronal_learning.estimators.gradient_boosting import gradient_boosting
fitted = gradient_boosting.create({"n_estimators": 3})
images = [Image(numpy.full((2, 2), level, numpy.uint8)) for level in range(4)]
fitted.fit(images, ["a", "a", "b", "b"], TrainingContext())
fitted.save(Path(sys.argv[1]))
"""


def test_who_only_predicts_does_not_load_scikit_learn(tmp_path: Path) -> None:
    fitted = random_forest.create({"n_estimators": 3})
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

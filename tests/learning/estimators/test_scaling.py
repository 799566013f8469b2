"""Features are scaled as was chosen, or as suits."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from offered import entry_points_of
from pydantic import JsonValue
from saved_estimator import read_saved
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from coronal import BadModel, Image, Meaning, TrainingContext
from coronal_learning.estimators.features.extraction import FeatureBlock
from coronal_learning.estimators.k_nearest import k_nearest
from coronal_learning.estimators.scaling import scaler
from coronal_learning.estimators.svm import svm

CLASSIFIERS = {point.name: point.load() for point in entry_points_of("classifiers")}
TREES = ("decision-tree", "random-forest", "gradient-boosting")
VALUES = np.random.default_rng(0).normal((5, 100, 0, 3), (1, 20, 0.01, 0), (30, 4))


def saved(name: str, images: Sequence[Image], folder: Path, **parameters: JsonValue) -> dict[str, Any]:
    """The record of a classifier that has learned from images of two classes in turn."""
    fitted = CLASSIFIERS[name].create(parameters)
    fitted.fit(images, ["a", "b"] * (len(images) // 2), TrainingContext())
    fitted.save(folder)
    record: dict[str, Any] = json.loads((folder / "model.json").read_text())
    return record


def planes(dtype: type, meaning: Meaning = Meaning.INTENSITY) -> list[Image]:
    random = np.random.default_rng(0)
    return [Image(random.integers(0, 200, (8, 8)).astype(dtype), meaning=meaning) for _ in range(12)]


FORMS: Mapping[str, tuple[list[Image], str]] = {
    "8 bits": (planes(np.uint8), "range"),
    "16 bits": (planes(np.uint16), "range"),
    "HU as floats": (planes(np.float32, Meaning.HOUNSFIELD), "range"),
    "floats": (planes(np.float32), "none"),
}


@pytest.mark.parametrize("name", ["svm", "logistic-regression"])
@pytest.mark.parametrize(("images", "suits"), FORMS.values(), ids=FORMS.keys())
def test_pixels_of_whole_numbers_go_from_0_to_1_together_and_floats_stay(
    name: str, images: list[Image], suits: str, tmp_path: Path
) -> None:
    assert saved(name, images, tmp_path)["scaling"] == {"pixels": suits}


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_measures_are_standardised_where_a_classifier_compares_them(name: str, tmp_path: Path) -> None:
    features = ["hog", "lbp", "glcm", "intensity", "shape", "pixels"]
    suits = "none" if name in TREES else "standard"
    pixels = "range" if name in ("svm", "logistic-regression") else "none"
    record = saved(name, planes(np.uint8), tmp_path, features=features, cells=2)
    assert record["scaling"] == {**dict.fromkeys(features, suits), "pixels": pixels}


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_each_can_be_reported_how(name: str, tmp_path: Path) -> None:
    record = saved(name, planes(np.uint8), tmp_path, scale="min-max", features=["pixels", "lbp"])
    assert record["scaling"] == {"pixels": "min-max", "lbp": "min-max"}
    assert record["parameters"]["scale"] == "min-max"


@pytest.mark.parametrize(
    ("scale", "steps"),
    [("none", []), ("standard", [StandardScaler()]), ("min-max", [MinMaxScaler()]), ("range", [])],
)
def test_it_is_scaled_as_by_the_library(digits: Any, scale: str, steps: list[Any]) -> None:
    fitted = k_nearest.create({"scale": scale})
    digits.fit(fitted)
    assert digits.labels(fitted) == digits.direct(make_pipeline(*steps, KNeighborsClassifier()))


def test_each_kind_of_features_is_scaled_for_itself() -> None:
    blocks = (FeatureBlock("pixels", 2), FeatureBlock("glcm", 2))
    values = VALUES[:, [0, 1, 2, 1]]
    scaled = scaler(values, blocks, {"pixels": "range", "glcm": "standard"}).transform(values)
    low, high = values[:, :2].min(), values[:, :2].max()
    np.testing.assert_allclose(scaled[:, :2], (values[:, :2] - low) / (high - low))
    np.testing.assert_allclose(scaled[:, 2:], StandardScaler().fit_transform(values[:, 2:]))


@pytest.mark.parametrize("method", ["standard", "min-max", "range"])
def test_what_has_no_spread_becomes_0(method: Any) -> None:
    same = np.full((5, 3), 7.0)
    assert not scaler(same, (FeatureBlock("pixels", 3),), {"pixels": method}).transform(same).any()


def test_the_log_tells_how_features_are_scaled() -> None:
    lines: list[str] = []
    fitted = svm.create({"features": ["pixels", "lbp"]})
    fitted.fit(planes(np.uint8), ["a", "b"] * 6, TrainingContext(log=lines.append))
    assert lines[0] == "scaling: pixels range, lbp standard"


def test_a_model_of_an_older_version_whose_neighbours_were_standardised_is_read(
    digits: Any, tmp_path: Path
) -> None:
    fitted = k_nearest.create({"scale": "standard"})
    digits.fit(fitted)
    fitted.save(tmp_path)
    record = json.loads((tmp_path / "model.json").read_text())
    del record["scaling"], record["parameters"]["scale"]
    (tmp_path / "model.json").write_text(json.dumps(record))
    assert digits.labels(k_nearest.load(tmp_path)) == digits.labels(fitted)


def test_a_model_of_an_older_version_that_measured_shapes_otherwise_is_refused(tmp_path: Path) -> None:
    record = saved("svm", planes(np.uint8), tmp_path, features=["shape"])
    del record["scaling"]
    (tmp_path / "model.json").write_text(json.dumps(record))
    with pytest.raises(BadModel, match="must be trained again: an older version measured the feature shape"):
        svm.load(tmp_path)


def test_what_is_saved_takes_features_as_they_are(digits: Any, tmp_path: Path) -> None:
    fitted = svm.create({"scale": "standard"})
    digits.fit(fitted)
    fitted.save(tmp_path)
    expected = read_saved(tmp_path).predict_proba(digits.rows[900:])
    np.testing.assert_allclose(digits.probabilities(fitted), expected, atol=1e-4)

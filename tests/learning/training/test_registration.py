"""An algorithm that needs no fitting, kept as a model: evaluated, compared and used as others are."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from learned_sets import classes_set, drawn_set, order, plugins_of

from coronal import (
    BadDataset,
    BadModel,
    Image,
    LabelMap,
    Plugins,
    Prediction,
    TaskResult,
    TrainingContext,
    Work,
    algorithm,
)
from coronal.models.model_file import open_model, read_card, write_model
from coronal.spec import Kind
from coronal.task_spec import DatasetUse, EvaluationTask, ModelUse
from coronal_learning.datasets.dataset_file import Item, open_dataset, write_dataset
from coronal_learning.evaluation.evaluation import evaluation
from coronal_learning.evaluation.segmenter_report import evaluate_segmenter
from coronal_learning.training.training import training


@algorithm
def bright(image: Image, level: float = 50.0) -> LabelMap:
    """Find what is bright, and call it a square."""
    return LabelMap.of(image, image.grey() > level, {1: "square"})


@algorithm
def day_or_night(image: Image) -> Prediction:
    """Tell bright images from dark ones."""
    is_bright = float(image.pixels.mean() > 0)
    return Prediction(("night", "day"), (1 - is_bright, is_bright))


@pytest.fixture(scope="module")
def plugins() -> Plugins:
    found = plugins_of("segmenters", "filters")
    for one in (bright, day_or_night):
        found.add(one.spec.name, one, distribution="strangers 2.0")
    return found


@pytest.fixture
def register(plugins: Plugins, tmp_path: Path) -> Callable[..., TaskResult]:
    def run(source: Path, name: str, **more: Any) -> TaskResult:
        folder = tmp_path / f"work-{name}"
        folder.mkdir()
        return training(
            Work(order(name, **more), source, folder, plugins, _no_image, context=TrainingContext(seed=3))
        )

    return run


def _no_image(path: Path) -> Image:
    raise AssertionError(path)


def metrics(result: TaskResult) -> dict[str, Any]:
    return json.loads(next(one.content for one in result.files if one.name == "result.json"))["metrics"]


def test_a_segmenter_is_evaluated_on_all_items_and_kept_as_a_model(
    register: Callable[..., TaskResult], plugins: Plugins, tmp_path: Path
) -> None:
    source = drawn_set(tmp_path / "set")
    result = register(source, "bright", parameters={"level": 60.0})
    kept = result.publication
    assert kept is not None
    card = read_card(kept.content)
    assert (card.algorithm, card.kind, card.classes) == ("bright", Kind.SEGMENTER, ("square",))
    assert (card.parameters, card.distribution, card.dataset_sha256) == ({"level": 60.0}, "strangers 2.0", "")
    assert {"report.html", "report.json"} <= set(kept.files)
    assert kept.facts["algorithms"] == ["bright"]
    with open_dataset(source) as dataset:
        images = [dataset.image(number) for number in range(len(dataset))]
        truth = [dataset.label_map(number) for number in range(len(dataset))]
    found = open_model(kept.content, plugins).segment(images)
    direct = [bright(image, level=60.0) for image in images]
    for one, other in zip(found, direct, strict=True):
        np.testing.assert_array_equal(one.labels, other.labels)
    evaluated = evaluate_segmenter(truth, direct, names={1: "square"})
    assert metrics(result)["dice"]["value"] == pytest.approx(evaluated.metrics.dice.value)


def test_a_classifier_is_evaluated_and_kept_with_the_classes_that_it_tells(
    register: Callable[..., TaskResult], plugins: Plugins, tmp_path: Path
) -> None:
    levels = (-9, -5, 7, 9, 4)
    items = [Item(name=str(level), label="day" if level in (7, 9, -9) else "night") for level in levels]
    source = classes_set(tmp_path / "set", items, [Image(np.full((2, 2), float(level))) for level in levels])
    result = register(source, "day-or-night")
    assert result.publication is not None
    assert read_card(result.publication.content).classes == ("night", "day")
    assert metrics(result)["accuracy"]["value"] == pytest.approx(3 / 5)
    trained = open_model(result.publication.content, plugins)
    assert [one.label for one in trained.predict([Image(np.ones((2, 2)))])] == ["day"]


def test_objects_are_label_1_where_there_is_one_label(
    register: Callable[..., TaskResult], plugins: Plugins, tmp_path: Path
) -> None:
    result = register(drawn_set(tmp_path / "set"), "otsu")
    assert result.publication is not None
    assert metrics(result)["dice"]["value"] > 0.95
    two = np.zeros((20, 20), np.float32)
    two[2:6, 2:6] = two[12:16, 12:16] = 9
    (found,) = open_model(result.publication.content, plugins).segment([Image(two)])
    assert (found.labels.max(), found.names, found.holds_objects) == (1, {1: "square"}, False)


def test_objects_are_no_classes(register: Callable[..., TaskResult], tmp_path: Path) -> None:
    image = Image(np.eye(8, dtype=np.float32))
    entries = [(Item(name="1"), image, LabelMap.of(image, np.arange(64).reshape(8, 8) % 3))]
    write_dataset(tmp_path / "set", entries, ["liver", "spleen"])
    with pytest.raises(BadModel, match=r"otsu numbers objects, and so its numbers can't be 2 labels; found"):
        register(tmp_path / "set", "otsu")


def test_a_data_set_with_other_answers_is_refused(
    register: Callable[..., TaskResult], tmp_path: Path
) -> None:
    drawn = drawn_set(tmp_path / "drawn")
    with pytest.raises(BadDataset, match="a classifier is evaluated on images of known class"):
        register(drawn, "day-or-night")
    items = [Item(name=str(number), label=f"class {number}") for number in range(2)]
    classes = classes_set(tmp_path / "classes", items, [Image(np.ones((2, 2)))] * 2)
    with pytest.raises(BadDataset, match="a segmenter is evaluated on images with a label map"):
        register(classes, "bright")


def test_it_stands_beside_others_in_an_evaluation_and_knows_no_item(
    register: Callable[..., TaskResult], plugins: Plugins, tmp_path: Path
) -> None:
    source = drawn_set(tmp_path / "set")
    results = [register(source, name) for name in ("bright", "otsu")]
    models = tuple(one.publication.content for one in results if one.publication)
    uses = tuple(
        ModelUse(name=name, version=1, sha256="0" * 64, kind="segmenter", algorithms=(name,))
        for name in ("bright", "otsu")
    )
    spec = EvaluationTask(models=uses, dataset=DatasetUse(name="set", version=1, sha256="0" * 64))
    evaluated = evaluation(Work(spec, source, tmp_path, plugins, _no_image, models))
    report = json.loads(next(one.content for one in evaluated.files if one.name == "report.json"))
    assert [one["name"] for one in report["models"]] == ["bright@1", "otsu@1"]
    assert (report["about"]["subset"], report["about"]["used_in_training"]) == ("all", 0)
    for one, other in zip(results, report["models"], strict=True):
        assert metrics(one)["dice"]["value"] == pytest.approx(other["metrics"]["dice"]["value"])


def test_filters_before_it_are_part_of_the_model(
    register: Callable[..., TaskResult], plugins: Plugins, tmp_path: Path
) -> None:
    steps = ({"algorithm": "invert", "parameters": {}},)
    result = register(drawn_set(tmp_path / "set"), "bright", preprocess=steps)
    assert result.publication is not None
    card = read_card(result.publication.content)
    assert card.algorithms == ("bright", "invert")
    assert metrics(result)["dice"]["value"] < 0.5


def test_the_same_algorithm_with_the_same_parameters_is_the_same_model(
    register: Callable[..., TaskResult], plugins: Plugins, tmp_path: Path
) -> None:
    result = register(drawn_set(tmp_path / "set"), "bright")
    assert result.publication is not None
    trained = open_model(result.publication.content, plugins)
    write_model(trained.model, trained.card, tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == result.publication.content.read_bytes()

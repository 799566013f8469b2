"""The task that evaluates models: what it takes, what it refuses, and what it leaves."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from weakref import WeakSet

import numpy as np
import pytest
from page_check import Page
from toy_models import Above, Brightness, above, brightness, keep, toy_plugins

from coronal import BadDataset, BadModel, Image, LabelMap, TaskResult, TrainingContext, Work
from coronal.task_spec import DatasetUse, EvaluationTask, ModelUse
from coronal_learning.datasets.dataset_file import Entry, Item, write_dataset
from coronal_learning.evaluation.classifier_report import ClassifierReport
from coronal_learning.evaluation.evaluation import evaluation
from coronal_learning.evaluation.segmenter_report import SegmenterReport

N = 150


def flat(value: int) -> Image:
    return Image(np.full((4, 4), value, np.uint8))


def grey_entries(subsets: bool = False) -> list[Entry]:
    """Make images whose brightness tells their class in most cases; of each patient there are three."""
    random = np.random.default_rng(0)
    entries = []
    for number in range(N):
        label = "bright" if number % 3 == 0 else "dark"
        value = random.normal(170 if label == "bright" else 90, 40)
        subset = ("train", "validation", "test")[number // 50] if subsets else None
        item = Item(name=f"{number}.png", label=label, patient=f"p{number // 3}", subset=subset)
        entries.append((item, flat(round(np.clip(value, 0, 255))), None))
    return entries


def drawn_entries(n: int = 6) -> list[Entry]:
    entries = []
    for number in range(n):
        pixels = np.zeros((12, 12), np.uint8)
        pixels[2:8, 2:8], pixels[2, 2:8] = 200, 100
        truth = LabelMap(np.pad(np.ones((6, 6), int), ((2, 4), (2, 4))))
        entries.append((Item(name=f"{number}.png"), Image(pixels), truth))
    return entries


@pytest.fixture
def evaluate(tmp_path: Path) -> Callable[..., TaskResult]:
    def run(
        entries: list[Entry],
        *models: Path,
        subset: str = "auto",
        names: tuple[str, ...] = ("object",),
        context: TrainingContext[str] | None = None,
    ) -> TaskResult:
        source = tmp_path / "dataset"
        write_dataset(source, entries, names if entries[0][2] is not None else ())
        uses = [
            ModelUse(name="toy", version=version, sha256="0" * 64, kind="classifier", algorithms=("x",))
            for version, _ in enumerate(models, start=1)
        ]
        use = DatasetUse(name="greys", version=2, sha256=sha256_of(source))
        spec = EvaluationTask(models=uses, dataset=use, subset=subset)
        work = Work(
            spec,
            source,
            tmp_path,
            toy_plugins(),
            lambda _: flat(0),
            models,
            context or TrainingContext(seed=5),
        )
        return evaluation(work)

    return run


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def content_of(result: TaskResult, name: str) -> bytes:
    return next(file.content for file in result.files if file.name == name)


def json_of(result: TaskResult, name: str = "report.json") -> Any:
    return json.loads(content_of(result, name))


def test_a_classifier_is_evaluated_on_all_of_a_foreign_data_set(evaluate: Any, tmp_path: Path) -> None:
    entries = grey_entries()
    result = evaluate(entries, keep(brightness, tmp_path / "a", 128.0))
    said = Brightness(128.0).predict([image for _, image, _ in entries])
    right = [one.label == item.label for one, (item, _, _) in zip(said, entries, strict=True)]
    content = json_of(result)
    report = ClassifierReport.model_validate(content["report"], strict=False)
    assert report.metrics.accuracy.value == pytest.approx(np.mean(right))
    assert (report.n, report.bootstrap.unit, report.bootstrap.unit_count, report.bootstrap.seed) == (
        N,
        "patient",
        50,
        5,
    )
    about = content["about"]
    assert (about["model"], about["dataset"], about["subset"]) == ("toy@1", "greys@2", "all")
    assert (about["used_in_training"], about["parameters"], about["seed"]) == (0, {"middle": 128.0}, 3)
    assert about["counts"] == {"unassigned": {"bright": 50, "dark": 100}}
    assert about["items"][7] == "7.png"


def test_the_files_are_a_summary_a_report_and_a_page(evaluate: Any, tmp_path: Path) -> None:
    result = evaluate(grey_entries(), keep(brightness, tmp_path / "a", 128.0))
    assert [file.name for file in result.files] == ["result.json", "report.json", "report.html"]
    assert result.publication is None
    summary = json_of(result, "result.json")
    metrics = json_of(result)["report"]["metrics"]
    assert summary["models"] == [
        {"name": "toy@1", "algorithm": "brightness", "metrics": metrics, "differences": None}
    ]
    assert (summary["dataset"], summary["subset"], summary["n"]) == ("greys@2", "all", N)
    page = Page(content_of(result, "report.html").decode())
    assert page.named("img")


def test_the_same_order_gives_the_same_bytes(evaluate: Any, tmp_path: Path) -> None:
    model = keep(brightness, tmp_path / "a", 128.0)
    first, again = (evaluate(grey_entries(), model) for _ in range(2))
    assert first.files == again.files


def test_on_its_own_data_set_a_model_is_evaluated_on_what_was_held_out(evaluate: Any, tmp_path: Path) -> None:
    entries = grey_entries()
    write_dataset(tmp_path / "own", entries)
    subsets = ("train",) * 80 + ("validation",) * 20 + (None,) * 10 + ("test",) * 40
    model = keep(
        brightness, tmp_path / "a", 128.0, dataset_sha256=sha256_of(tmp_path / "own"), subsets=subsets
    )
    own = json_of(evaluate(entries, model))
    assert (own["report"]["n"], own["about"]["subset"], own["about"]["used_in_training"]) == (40, "test", 0)
    assert own["about"]["items"][0] == "110.png"
    assert list(own["about"]["counts"]) == ["train", "validation", "test", "unassigned"]
    whole = json_of(evaluate(entries, model, subset="all"))
    assert (whole["report"]["n"], whole["about"]["used_in_training"]) == (N, 100)


def test_of_a_foreign_data_set_the_test_part_is_the_one_that_it_names(evaluate: Any, tmp_path: Path) -> None:
    model = keep(brightness, tmp_path / "a", 128.0)
    about = json_of(evaluate(grey_entries(subsets=True), model, subset="test"))["about"]
    assert (len(about["items"]), about["items"][0]) == (50, "100.png")


def test_a_data_set_without_a_test_part_is_refused_for_one(evaluate: Any, tmp_path: Path) -> None:
    with pytest.raises(BadDataset, match="an item must be for testing, found none among 150; or take all"):
        evaluate(grey_entries(), keep(brightness, tmp_path / "a", 128.0), subset="test")


def test_models_are_compared_with_the_first_on_the_same_items(evaluate: Any, tmp_path: Path) -> None:
    models = [keep(brightness, tmp_path / str(middle), middle) for middle in (60.0, 128.0, 20.0)]
    result = evaluate(grey_entries(), *models)
    first, *others = json_of(result)["models"]
    assert [one["name"] for one in (first, *others)] == ["toy@1", "toy@2", "toy@3"]
    for one in others:
        reported = one["differences"]["metrics"]["accuracy"]
        assert reported["value"] == pytest.approx(accuracy_of(one) - accuracy_of(first))
        assert (reported["low"] > 0) == (one["name"] == "toy@2")
    alone = json_of(evaluate(grey_entries(), models[2]))["models"][0]
    assert others[1]["metrics"] == alone["metrics"]
    kept = ("name", "algorithm", "metrics", "differences")
    assert json_of(result, "result.json")["models"] == [
        {name: one[name] for name in kept} for one in (first, *others)
    ]


def accuracy_of(model: dict[str, Any]) -> float:
    return float(model["metrics"]["accuracy"]["value"])


def test_of_eight_models_two_are_in_memory_at_most(
    evaluate: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alive: WeakSet[Above] = WeakSet()
    most: list[int] = []
    predict = Above.predict

    def watched(self: Above, images: Sequence[Image]) -> list[LabelMap]:
        alive.add(self)
        most.append(len(alive))
        return predict(self, images)

    monkeypatch.setattr(Above, "predict", watched)
    models = [keep(above, tmp_path / str(level), float(level)) for level in range(50, 210, 20)]
    reported: list[float] = []
    result = evaluate(drawn_entries(), *models, context=TrainingContext(progress=reported.append))
    assert max(most) <= 2
    assert len(json_of(result)["models"]) == 8
    assert reported == sorted(reported)
    assert len(Page(content_of(result, "report.html").decode()).named("details")) == 8


def test_the_second_model_may_have_learned_from_what_the_first_has_not(evaluate: Any, tmp_path: Path) -> None:
    entries = grey_entries()
    write_dataset(tmp_path / "own", entries)
    sha256 = sha256_of(tmp_path / "own")
    splits = (("test",) * 50 + ("train",) * 100, ("train",) * 100 + ("test",) * 50)
    models = [
        keep(brightness, tmp_path / str(number), 128.0, dataset_sha256=sha256, subsets=subsets)
        for number, subsets in enumerate(splits)
    ]
    content = json_of(evaluate(entries, *models))
    assert [one["about"]["used_in_training"] for one in content["models"]] == [0, 50]


def test_a_segmenter_is_evaluated_on_label_maps(evaluate: Any, tmp_path: Path) -> None:
    result = evaluate(drawn_entries(), keep(above, tmp_path / "a", 150.0))
    report = SegmenterReport.model_validate(json_of(result)["report"], strict=False)
    # A row of six is missed of six.
    assert report.metrics.jaccard.value == pytest.approx(5 / 6)
    assert (report.unit, report.rows[0].hausdorff95.value) == ("px", 1.0)
    assert json_of(result)["about"]["counts"] == {"unassigned": {"images": 6}}
    assert len(Page(content_of(result, "report.html").decode()).named("img")) == 6


def test_two_segmenters_are_compared(evaluate: Any, tmp_path: Path) -> None:
    models = [keep(above, tmp_path / name, level) for name, level in (("a", 150.0), ("b", 50.0))]
    differences = json_of(evaluate(drawn_entries(), *models))["models"][1]["differences"]
    assert differences["metrics"]["jaccard"]["value"] == pytest.approx(1 / 6)
    assert (differences["reference_only"], differences["model_only"]) == (0, 6)


def test_images_are_predicted_many_at_a_time_and_progress_is_reported(
    evaluate: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    predict = Brightness.predict
    monkeypatch.setattr(
        Brightness, "predict", lambda self, images: calls.append(len(images)) or predict(self, images)
    )
    reported: list[float] = []
    evaluate(
        grey_entries(),
        keep(brightness, tmp_path / "a", 128.0),
        context=TrainingContext(progress=reported.append),
    )
    assert calls == [64, 64, 22]
    assert reported == sorted(reported)
    assert reported[-1] == 1


def test_a_cancelled_job_stops_between_two_batches(evaluate: Any, tmp_path: Path) -> None:
    reported: list[float] = []
    context = TrainingContext(progress=reported.append, is_cancelled=lambda: bool(reported))
    result = evaluate(grey_entries(), keep(brightness, tmp_path / "a", 128.0), context=context)
    assert result == TaskResult(())
    assert len(reported) == 1


def test_a_class_that_the_model_does_not_know_is_refused(evaluate: Any, tmp_path: Path) -> None:
    entries = [*grey_entries(), (Item(name="x.png", label="green"), flat(7), None)]
    with pytest.raises(BadDataset, match=r"knows, \['dark', 'bright'\]; found 1 of others, \['green'\]"):
        evaluate(entries, keep(brightness, tmp_path / "a", 128.0))


def test_labels_that_the_model_has_not_are_refused(evaluate: Any, tmp_path: Path) -> None:
    with pytest.raises(BadDataset, match=r"those of the model, \['object'\] from 1 on, found \['liver'\]"):
        evaluate(drawn_entries(), keep(above, tmp_path / "a", 150.0), names=("liver",))


@pytest.mark.parametrize(
    ("algorithm", "entries", "message"),
    [
        (brightness, drawn_entries, "images of known class, found label maps"),
        (above, grey_entries, "images with a label map, found classes"),
    ],
    ids=["classifier", "segmenter"],
)
def test_a_data_set_of_the_other_kind_is_refused(
    evaluate: Any, tmp_path: Path, algorithm: Any, entries: Callable[[], list[Entry]], message: str
) -> None:
    with pytest.raises(BadDataset, match=message):
        evaluate(entries(), keep(algorithm, tmp_path / "a", 128.0))


def test_models_of_two_kinds_are_not_compared(evaluate: Any, tmp_path: Path) -> None:
    models = keep(brightness, tmp_path / "a", 128.0), keep(above, tmp_path / "b", 128.0)
    with pytest.raises(BadModel, match="of one kind"):
        evaluate(grey_entries(), *models)


def test_a_file_that_is_no_model_is_refused_before_anything_is_predicted(
    evaluate: Any, tmp_path: Path
) -> None:
    reported: list[float] = []
    (tmp_path / "b").write_bytes(b"weights")
    with pytest.raises(BadModel, match="must be that of a model, found BadZipFile"):
        evaluate(
            grey_entries(),
            keep(brightness, tmp_path / "a", 128.0),
            tmp_path / "b",
            context=TrainingContext(progress=reported.append),
        )
    assert reported == []

"""The task that trains a model, from the file of a data set to what is kept."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

import numpy as np
import pytest
from learned_sets import classes_set, digits_set, drawn_set, levels, order, plugins_of, work_of
from sklearn.ensemble import RandomForestClassifier
from sklearn.svm import SVC

from coronal import (
    BadParameter,
    BadTrainingSet,
    Image,
    LabelMap,
    Parameter,
    PluginError,
    Plugins,
    Segmenter,
    TaskResult,
    TrainingContext,
    segmenter,
)
from coronal.models.model_file import TrainedModel, open_model
from coronal.task_spec import Split, Step
from coronal_learning.datasets.dataset_file import Dataset, Item, open_dataset, write_dataset
from coronal_learning.estimators.estimator import seed_of
from coronal_learning.training.training import training

pytestmark = pytest.mark.slow


class Threshold(Segmenter):
    """Call bright what is above a level, which it finds between what is drawn and what isn't.

    Parameters
    ----------
    shift
        How far above.
    """

    def __init__(
        self, shift: Annotated[float, Parameter("How far above.", minimum=-1000, maximum=1000)] = 0.0
    ) -> None:
        self.shift = shift
        self.level = 0.0

    contexts: ClassVar[list[TrainingContext[LabelMap]]] = []

    def fit(
        self, images: Sequence[Image], label_maps: Sequence[LabelMap], context: TrainingContext[LabelMap]
    ) -> None:
        drawn = [image.pixels[own.labels > 0].mean() for image, own in zip(images, label_maps, strict=True)]
        self.level = float(np.mean(drawn)) / 2
        self.contexts.append(context)
        context.checkpoint.save(b"half done")
        for epoch in (1, 2):
            context.measure({"epoch": epoch, "epochs": 2, "loss": 1 / epoch})

    def predict(self, images: Sequence[Image]) -> list[LabelMap]:
        return [LabelMap.of(image, image.pixels > self.level + self.shift) for image in images]

    def save(self, folder: Path) -> None:
        (folder / "level.json").write_text(json.dumps([self.shift, self.level]))

    @classmethod
    def load(cls, folder: Path) -> Self:
        shift, level = json.loads((folder / "level.json").read_text())
        made = cls(shift)
        made.level = level
        return made


@pytest.fixture(scope="module")
def plugins() -> Plugins:
    installed = plugins_of("classifiers", "filters")
    installed.add("threshold", segmenter(name="learned-threshold")(Threshold), distribution="own 1.0")
    return installed


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return digits_set(tmp_path_factory.mktemp("digits") / "set")


def facts_of(result: TaskResult) -> Mapping[str, Any]:
    assert result.publication is not None
    return result.publication.facts


def opened(result: TaskResult, plugins: Plugins) -> TrainedModel:
    assert result.publication is not None
    return open_model(result.publication.content, plugins)


def rows_of(dataset: Dataset, subsets: Sequence[str | None], subset: str) -> tuple[np.ndarray, list[str]]:
    numbers = [number for number, own in enumerate(subsets) if own == subset]
    rows = np.stack([dataset.image(number).pixels.ravel().astype(float) for number in numbers])
    return rows, [dataset.items[number].label for number in numbers]


DIRECT: dict[str, Any] = {
    "random-forest": lambda seed: RandomForestClassifier(50, random_state=seed),
    "svm": lambda seed: SVC(),
}


@pytest.mark.parametrize("algorithm", DIRECT)
def test_a_model_is_as_good_as_the_library_called_directly_with_the_same_split_and_seed(
    algorithm: str, digits: Path, plugins: Plugins, tmp_path: Path
) -> None:
    parameters = {"n_estimators": 50} if algorithm == "random-forest" else {}
    spec = order(algorithm, parameters=parameters, imbalance="none")
    result = training(work_of(spec, digits, tmp_path / "work", plugins, seed=7))
    facts, trained = facts_of(result), opened(result, plugins)
    with open_dataset(digits) as dataset:
        learned, classes = rows_of(dataset, trained.card.subsets, "train")
        held_out, truth = rows_of(dataset, trained.card.subsets, "test")
        seen = trained.predict(
            [dataset.image(n) for n, subset in enumerate(trained.card.subsets) if subset == "test"]
        )
    direct = DIRECT[algorithm](seed_of(TrainingContext(seed=7))).fit(learned, classes)
    accuracy = float(np.mean(direct.predict(held_out) == np.array(truth)))
    assert facts["metrics"]["accuracy"]["value"] == pytest.approx(accuracy, abs=0.005)
    assert np.mean([one.label for one in seen] == np.array(truth)) == pytest.approx(accuracy, abs=0.005)
    assert accuracy > 0.8


def test_what_is_kept_tells_what_it_is(digits: Path, plugins: Plugins, tmp_path: Path) -> None:
    spec = order(
        "random-forest",
        parameters={"n_estimators": 5},
        preprocess=(Step(algorithm="gaussian", parameters={"sigma": 0.5}),),
    )
    reported: list[float] = []
    result = training(work_of(spec, digits, tmp_path / "work", plugins, seed=3, progress=reported.append))
    facts, card = facts_of(result), opened(result, plugins).card
    assert result.publication is not None
    assert (result.publication.kind, result.publication.name) == ("models", "model")
    assert result.publication.files == ("report.json", "report.html")
    assert [file.name for file in result.files] == ["result.json", "report.json", "report.html"]
    assert json.loads(result.files[0].content) == facts
    assert (facts["algorithm"], facts["kind"], facts["seed"]) == ("random-forest", "classifier", 3)
    assert facts["parameters"]["max_depth"] is None
    assert facts["parameters"]["n_estimators"] == 5
    assert facts["preprocess"] == [{"algorithm": "gaussian", "parameters": {"sigma": 0.5}}]
    assert facts["classes"] == [str(digit) for digit in range(10)]
    assert (facts["dimensions"], facts["form"]) == (2, "8 × 8, 1 channel, float intensity")
    assert facts["dataset"] == {"name": "set", "version": 1, "sha256": "0" * 64}
    assert facts["onnx"] is True
    assert {"scikit-learn", "numpy", "onnxruntime", "scikit-image", "coronal-learning"} <= facts[
        "packages"
    ].keys()
    counts = {subset: sum(own.values()) for subset, own in facts["split"]["counts"].items()}
    assert sum(counts.values()) == len(card.subsets) == 600
    assert counts["test"] == pytest.approx(120, abs=10)
    assert counts == {subset: card.subsets.count(subset) for subset in counts}
    assert facts["metrics"]["accuracy"]["low"] < facts["metrics"]["accuracy"]["value"]
    assert reported == sorted(reported)
    assert reported[-1] == 1.0


def test_what_a_user_must_know_stands_in_the_card_the_facts_the_report_and_the_log(
    digits: Path, plugins: Plugins, tmp_path: Path
) -> None:
    lines: list[str] = []
    spec = order("svm", parameters={"calibrate": False})
    result = training(work_of(spec, digits, tmp_path / "work", plugins, log=lines.append))
    facts, card = facts_of(result), opened(result, plugins).card
    (report,) = (file.content for file in result.files if file.name == "report.json")
    (caveat,) = card.caveats
    assert "aren't calibrated" in caveat
    assert facts["caveats"] == [caveat] == json.loads(report)["about"]["caveats"]
    assert caveat in lines


def test_no_writer_is_on_both_sides(digits: Path, plugins: Plugins, tmp_path: Path) -> None:
    work = work_of(order("naive-bayes"), digits, tmp_path / "work", plugins)
    subsets = opened(training(work), plugins).card.subsets
    with open_dataset(digits) as dataset:
        writers = {item.patient for item in dataset.items}
        pairs = {(item.patient, subset) for item, subset in zip(dataset.items, subsets, strict=True)}
    assert len(pairs) == len(writers) == 60


def test_the_same_data_parameters_and_seed_make_the_same_file(
    digits: Path, plugins: Plugins, tmp_path: Path
) -> None:
    spec = order("random-forest", parameters={"n_estimators": 5}, imbalance="oversample")
    digests = []
    for name, seed in (("first", 3), ("second", 3), ("third", 4)):
        result = training(work_of(spec, digits, tmp_path / name, plugins, seed=seed))
        assert result.publication is not None
        digests.append(hashlib.sha256(result.publication.content.read_bytes()).hexdigest())
    assert digests[0] == digests[1] != digests[2]


def test_the_search_finds_the_better_parameters_and_keeps_them(
    digits: Path, plugins: Plugins, tmp_path: Path
) -> None:
    lines: list[str] = []
    spec = order(
        "decision-tree", parameters={"max_depth": 30}, search={"max_depth": (1, 8), "criterion": ("gini",)}
    )
    result = training(work_of(spec, digits, tmp_path / "work", plugins, log=lines.append))
    facts = facts_of(result)
    assert [one["parameters"]["max_depth"] for one in facts["search"]] == [1, 8]
    assert facts["search"][1]["mean"] > facts["search"][0]["mean"] + 0.2
    assert [len(one["scores"]) for one in facts["search"]] == [3, 3]
    assert facts["parameters"]["max_depth"] == 8
    assert sum("balanced accuracy" in line for line in lines) == 2


RARE = [Item(name=str(place), label="rare" if place % 20 == 0 else "common") for place in range(1000)]


@pytest.fixture(scope="module")
def unequal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    random = np.random.default_rng(0)
    images = [Image(random.normal(1.0 if item.label == "rare" else 0.0, 1.0, (2, 2))) for item in RARE]
    return classes_set(tmp_path_factory.mktemp("unequal") / "set", RARE, images)


def rare_row(result: TaskResult) -> Mapping[str, Any]:
    report = next(file for file in result.files if file.name == "report.json")
    rows: list[Mapping[str, Any]] = json.loads(report.content)["report"]["per_class"]
    return next(row for row in rows if row["name"] == "rare")


def test_a_rare_class_is_found_more_often_when_it_weighs_more_and_the_report_shows_both_of_its_numbers(
    unequal: Path, plugins: Plugins, tmp_path: Path
) -> None:
    found, recalls = {}, {}
    for imbalance in ("none", "auto", "oversample", "undersample"):
        spec = order("logistic-regression", imbalance=imbalance)
        result = training(work_of(spec, unequal, tmp_path / imbalance, plugins))
        found[imbalance] = facts_of(result)
        recalls[imbalance] = rare_row(result)["recall"]["value"]
    scores = {name: facts["metrics"]["balanced_accuracy"]["value"] for name, facts in found.items()}
    assert scores["auto"] > scores["none"] + 0.1
    assert min(scores["oversample"], scores["undersample"]) > scores["none"] + 0.1
    assert recalls["auto"] > recalls["none"]
    row = rare_row(result)
    assert row["support"] == 10
    assert 0 < row["precision"]["value"] < row["recall"]["value"] <= 1
    assert found["auto"]["imbalance"]["done"] == "weights"
    assert found["auto"]["imbalance"]["class_weights"]["rare"] == pytest.approx(10, rel=0.05)
    assert found["undersample"]["imbalance"]["learned_from"] == 2 * 40
    assert found["undersample"]["split"]["counts"]["unassigned"] == {"common": 760 - 40}


def test_a_segmenter_learns_from_label_maps(plugins: Plugins, tmp_path: Path) -> None:
    lines: list[str] = []
    spec = order("learned-threshold", search={"shift": (0.0, 500.0)})
    source = drawn_set(tmp_path / "set")
    result = training(work_of(spec, source, tmp_path / "work", plugins, log=lines.append))
    facts = facts_of(result)
    assert facts["kind"] == "segmenter"
    assert facts["classes"] == ["square"]
    assert facts["form"] == "2-D, 1 channel"
    assert facts["parameters"] == {"shift": 0.0}
    assert facts["metrics"]["dice"]["value"] > 0.95
    assert [one["mean"] for one in facts["search"]] == [pytest.approx(1.0, abs=0.05), 0.0]
    assert "epoch 2 of 2: loss 0.5" in lines
    assert result.publication is not None
    assert "learning-curve.csv" in result.publication.files
    assert result.files[-1].content == b"epoch,epochs,loss\n1,2,1.0\n2,2,0.5\n"
    assert facts["split"]["counts"]["test"] == {"images": 2}


class Kept:
    """A checkpoint that counts."""

    def __init__(self) -> None:
        self.saved = 0

    def load(self) -> bytes | None:
        return None

    def save(self, content: bytes) -> None:
        self.saved += 1


def test_only_the_model_that_is_kept_keeps_checkpoints_and_all_know_when_to_stop(
    plugins: Plugins, tmp_path: Path
) -> None:
    Threshold.contexts.clear()
    checkpoint = Kept()
    spec = order("learned-threshold", search={"shift": (0.0, 5.0)}, split=Split(validation=0.25))
    source = drawn_set(tmp_path / "set")
    training(work_of(spec, source, tmp_path / "work", plugins, seed=9, checkpoint=checkpoint))
    assert [len(one.validation) for one in Threshold.contexts] == [3] * 7
    assert {one.seed for one in Threshold.contexts} == {9}
    assert checkpoint.saved == 1


def test_a_model_is_reported_which_images_belong_together(plugins: Plugins, tmp_path: Path) -> None:
    items = [Item(name=f"{place}", patient=f"{place % 6}") for place in range(24)]
    images = [Image(np.random.default_rng(place).normal(0, 1, (4, 4))) for place in range(24)]
    drawn = [LabelMap.of(image, np.eye(4, dtype=np.uint8)) for image in images]
    write_dataset(tmp_path / "set", zip(items, images, drawn, strict=True), ["square"])
    Threshold.contexts.clear()
    spec = order("learned-threshold", split=Split(validation=0), search={"shift": (0.0,)}, folds=2)
    training(work_of(spec, tmp_path / "set", tmp_path / "work", plugins))
    patients = [Counter(one.groups) for one in Threshold.contexts]
    assert [sorted(counted.values()) for counted in patients[-1:]] == [[4] * 5]
    assert all(counted.keys() <= patients[-1].keys() and {*counted.values()} == {4} for counted in patients)


def test_a_segmenter_does_not_learn_from_images_that_were_moved_away_from_their_label_maps(
    plugins: Plugins, tmp_path: Path
) -> None:
    spec = order("learned-threshold", preprocess=(Step(algorithm="resize", parameters={"x": 8, "y": 8}),))
    work = work_of(spec, drawn_set(tmp_path / "set"), tmp_path / "work", plugins)
    message = r"on its grid, .* found image 1 of \(8, 8\) and its label map of \(16, 16\)"
    with pytest.raises(BadTrainingSet, match=message):
        training(work)


def test_a_patient_on_both_sides_is_refused(plugins: Plugins, tmp_path: Path) -> None:
    items = [
        Item(
            name=str(place),
            label="ab"[place % 2],
            patient=f"{place % 7}",
            subset="test" if place > 20 else "train",
        )
        for place in range(28)
    ]
    source = classes_set(tmp_path / "set", items, levels(28, 0))
    with pytest.raises(
        BadTrainingSet, match=r"each patient must be in one subset: .* found 7 of 7 in several"
    ):
        training(work_of(order("svm"), source, tmp_path / "work", plugins))


@pytest.mark.parametrize(
    ("algorithm", "words"),
    [
        (
            "learned-threshold",
            "is a segmenter and needs a data set of images with label maps; .* with classes",
        ),
        ("svm", "svm is a classifier and needs a data set of images with classes; .* with label maps"),
    ],
)
def test_a_data_set_of_the_wrong_kind_is_refused(
    algorithm: str, words: str, digits: Path, plugins: Plugins, tmp_path: Path
) -> None:
    source = digits if algorithm == "learned-threshold" else drawn_set(tmp_path / "set")
    with pytest.raises(BadTrainingSet, match=words):
        training(work_of(order(algorithm), source, tmp_path / "work", plugins))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"parameters": {"n_estimators": 0}}, "n_estimators must be a whole number"),
        ({"search": {"branches": (1, 2)}}, "branches must be a parameter that the algorithm has"),
        ({"search": {"n_estimators": (5, "many")}}, "n_estimators must be a whole number .* found 'many'"),
        ({"preprocess": (Step(algorithm="gaussian", parameters={"sigma": "wide"}),)}, "sigma must be"),
        ({"split": Split(test=0.5, validation=0.5)}, "split must be test and validation of less than 1"),
    ],
    ids=["parameter", "search", "value of a search", "filter", "split"],
)
def test_what_is_wrong_in_the_order_is_reported(
    more: dict[str, Any], words: str, digits: Path, plugins: Plugins, tmp_path: Path
) -> None:
    with pytest.raises(BadParameter, match=words):
        training(work_of(order("random-forest", **more), digits, tmp_path / "work", plugins))


def test_what_is_not_installed_is_reported(digits: Path, plugins: Plugins, tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="oracle must be an installed algorithm"):
        training(work_of(order("oracle"), digits, tmp_path / "work", plugins))
    away = order("svm", preprocess=(Step(algorithm="absent"),))
    with pytest.raises(PluginError, match="needs the filter absent"):
        training(work_of(away, digits, tmp_path / "second", plugins))


def test_images_of_two_forms_are_refused(plugins: Plugins, tmp_path: Path) -> None:
    items = [Item(name=str(place), label="ab"[place % 2]) for place in range(20)]
    images = [*levels(19, 0), Image(np.zeros((3, 2)))]
    source = classes_set(tmp_path / "set", items, images)
    message = r"one form, found the first of 2 × 2, .* and image 20 of 3 × 2, 1 channel, float intensity"
    with pytest.raises(BadTrainingSet, match=message):
        training(work_of(order("svm"), source, tmp_path / "work", plugins))


def test_an_image_that_cannot_be_prepared_is_named_by_its_number(plugins: Plugins, tmp_path: Path) -> None:
    items = [Item(name=str(place), label="ab"[place % 2]) for place in range(20)]
    source = classes_set(tmp_path / "set", items, levels(20, 0))
    volumes_only = order("svm", preprocess=(Step(algorithm="project"),))
    with pytest.raises(BadTrainingSet, match="image 1 can't be preprocessed: "):
        training(work_of(volumes_only, source, tmp_path / "work", plugins))


@pytest.mark.parametrize("answers", [0, 50, 700, 800])
def test_a_cancelled_training_keeps_nothing(
    answers: int, digits: Path, plugins: Plugins, tmp_path: Path
) -> None:
    left = iter([False] * answers)
    spec = order("random-forest", parameters={"n_estimators": 30}, search={"n_estimators": (10, 30)})
    work = work_of(spec, digits, tmp_path / "work", plugins, is_cancelled=lambda: next(left, True))
    assert training(work) == TaskResult(())

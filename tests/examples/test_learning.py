"""The examples that learn, run as a person does, against the same work done without Coronal."""

import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from skimage.util import img_as_float32
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from coronal import Classifier, Examples, Image, TrainingContext
from coronal.task_spec import Split
from coronal_client import Client, faults_of
from coronal_client.errors import JobFailed
from coronal_learning.datasets.dataset_contents import Item
from coronal_learning.training.splitting import split
from coronal_networks.cnn import cnn
from coronal_networks.rnn import rnn

EXAMPLES = Path(__file__).parents[2] / "examples"
SEED = 7
EPOCHS = 4
"""The networks needn't be good here."""

ASKED = 1_000
NAMES = ("svm", "decision-tree", "random-forest", "cnn", "rnn")


@dataclass(frozen=True)
class Run:
    """An example that was run: what it said, and what it left."""

    said: str
    out: Path


def run(script: str, served: Any, out: Path) -> Run:
    command = [
        sys.executable,
        EXAMPLES / script,
        "--server",
        served.url,
        "--out",
        out,
        "--epochs",
        str(EPOCHS),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
    return Run(done.stdout, out)


@dataclass(frozen=True)
class Digits:
    """scikit-learn's digits as the example has them: 0 to 255, and what each is for."""

    pixels: np.ndarray
    labels: np.ndarray
    parts: np.ndarray

    def scaled(self, *parts: str) -> np.ndarray:
        return img_as_float32(self.pixels[np.isin(self.parts, parts)])

    def of(self, *parts: str) -> np.ndarray:
        return self.labels[np.isin(self.parts, parts)]


@pytest.fixture(scope="module")
def digits() -> Digits:
    found = load_digits()
    pixels = np.round(found.images * (255 / 16)).astype(np.uint8)
    divided = train_test_split(pixels, found.target, test_size=0.2, stratify=found.target, random_state=SEED)
    pixels, labels = np.concatenate(divided[:2]), np.concatenate(divided[2:]).astype(str)
    counts = {"train": len(divided[0]), "test": len(divided[1])}
    given = [subset for subset, count in counts.items() for _ in range(count)]
    items = [Item(name="", label=label, subset=subset) for label, subset in zip(labels, given, strict=True)]
    return Digits(pixels, labels, np.array(split(items, Split(), SEED)))


Predict = Callable[[np.ndarray], Sequence[str]]


def png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    PIL.Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def scikit_learn(estimator: Any, digits: Digits) -> Predict:
    learned = ("train", "validation")  # it needs nothing to stop by
    estimator.fit(digits.scaled(*learned).reshape(-1, 64), digits.of(*learned))
    return lambda images: estimator.predict(images.reshape(-1, 64))


def network(model: Classifier, digits: Digits) -> Predict:
    validation = Examples(
        [Image(one) for one in digits.scaled("validation")], digits.of("validation").tolist()
    )
    context = TrainingContext(seed=SEED, validation=validation)
    model.fit([Image(one) for one in digits.scaled("train")], digits.of("train").tolist(), context)
    return lambda images: [one.label for one in model.predict([Image(one) for one in images])]


@pytest.fixture(scope="module")
def directly(digits: Digits) -> dict[str, Predict]:
    """The same estimators, fitted without Coronal's jobs; those of scikit-learn without any of Coronal."""
    return {
        "svm": scikit_learn(SVC(C=10, break_ties=True), digits),
        "decision-tree": scikit_learn(DecisionTreeClassifier(random_state=SEED), digits),
        "random-forest": scikit_learn(RandomForestClassifier(200, random_state=SEED), digits),
        "cnn": network(cnn.create({"epochs": EPOCHS}), digits),
        "rnn": network(rnn.create({"epochs": EPOCHS}), digits),
    }


@pytest.fixture(scope="module")
def digits_run(served: Any, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run("digits/digits.py", served, tmp_path_factory.mktemp("digits") / "out")


def test_the_table_of_the_digits_is_that_of_the_reports(digits_run: Run) -> None:
    rows = [line.split()[:2] for line in digits_run.said.splitlines()]
    reported = {name: json.loads((digits_run.out / name / "report.json").read_text()) for name in NAMES}
    assert rows == [
        [name, f"{report['report']['metrics']['accuracy']['value']:.3f}"] for name, report in reported.items()
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_classifier_is_as_good_as_the_same_estimator_called_directly(
    digits_run: Run, digits: Digits, directly: dict[str, Predict], name: str
) -> None:
    report = json.loads((digits_run.out / name / "report.json").read_text())["report"]
    direct = np.mean(directly[name](digits.scaled("test")) == digits.of("test"))
    assert report["n"] == len(digits.of("test"))
    assert report["metrics"]["accuracy"]["value"] == pytest.approx(direct, abs=0.005)


@pytest.fixture(scope="module")
def answers(
    digits_run: Run, served: Any, digits: Digits, tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, str], str]:
    """What each model takes a thousand digits for, each asked by a job: by the model and the image."""
    path = tmp_path_factory.mktemp("batch") / "digits.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number, pixels in enumerate(digits.pixels[:ASKED]):
            archive.writestr(f"{number:04}.png", png(pixels))
    stages = [
        {"algorithm": "classify", "name": name, "parameters": {"model": f"digits-{name}"}} for name in NAMES
    ]
    with Client(served.url) as client:
        batch = client.submit_batch(path, {"stages": stages, "results": ["measurements"]}).wait(200)
        assert batch.counts["succeeded"] == ASKED
        rows = list(csv.DictReader(io.StringIO(batch.predictions())))
    rows.sort(key=lambda row: float(row["probability"]), reverse=True)
    probable: dict[tuple[str, str], str] = {}
    for row in rows:
        probable.setdefault((row["stage"], row["image"]), row["class"])
    return probable


@pytest.mark.parametrize("name", NAMES)
def test_a_thousand_jobs_answer_as_the_estimator_does(
    answers: dict[tuple[str, str], str], digits: Digits, directly: dict[str, Predict], name: str
) -> None:
    asked = [answers[name, f"{number:04}.png"] for number in range(ASKED)]
    assert asked == list(directly[name](img_as_float32(digits.pixels[:ASKED])))


@pytest.fixture(scope="module")
def plane_run(served: Any, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run("plane/plane.py", served, tmp_path_factory.mktemp("plane") / "out")


def test_all_planes_are_compared_in_one_report(plane_run: Run) -> None:
    models = json.loads((plane_run.out / "report.json").read_text())["models"]
    page = (plane_run.out / "report.html").read_text()
    names = [f"plane-{name}@1" for name in ("svm", "random-forest", "cnn", "rnn")]
    assert [model["name"] for model in models] == names
    assert all(name in page for name in names)
    assert [line.split()[0] for line in plane_run.said.splitlines()[:-1]] == names
    assert len({tuple(row["support"] for row in model["per_class"]) for model in models}) == 1
    best = max(model["metrics"]["balanced_accuracy"]["value"] for model in models)
    assert best > 0.9


def test_slices_of_one_block_on_both_sides_are_refused(served: Any, plane_set: Path, tmp_path: Path) -> None:
    torn = tmp_path / "torn.zip"
    with zipfile.ZipFile(plane_set) as whole, zipfile.ZipFile(torn, "w") as archive:
        for name in whole.namelist():
            if name != "labels.csv":
                archive.writestr(name, whole.read(name))
        head, *lines = whole.read("labels.csv").decode().split()
        parts = ("train", "test")
        reported = [f"{line},{parts[place % 2]}" for place, line in enumerate(lines)]
        archive.writestr("labels.csv", "\n".join([f"{head},split", *reported]))
    with Client(served.url) as client:
        job = client.add_dataset("torn-planes", torn)
        with pytest.raises(JobFailed, match="bad-dataset"):
            job.wait(60)
        faults = faults_of(job)
    # Each block that has two slices at least, by files of it: a name of a patient isn't shown.
    blocks = Counter(line.rpartition(",")[2] for line in lines)
    assert len(faults) == sum(count > 1 for count in blocks.values())
    assert all("a patient must be in one subset alone, found the same in" in fault for fault in faults)
    assert re.search(
        r"in train \('slices/axial-\d+-0.png'\) and in test \('slices/axial-\d+-1.png'\)", faults[0]
    )


@pytest.fixture(scope="module")
def plane_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The slices, as the example sends them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(EXAMPLES / "plane")
        from slices import write_slices

        path: Path = write_slices(tmp_path_factory.mktemp("slices") / "planes.zip")
    return path


def test_slices_of_two_blocks_are_no_neighbours_and_no_mirror_images(plane_set: Path) -> None:
    with zipfile.ZipFile(plane_set) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("labels.csv").decode())))
    counts = Counter(row["label"] for row in rows)
    assert counts["axial"] > 3 * counts["sagittal"]
    for plane in counts:
        blocks = {int(row["file"].split("-")[1]): row["patient"] for row in rows if row["label"] == plane}
        neighbours = [(one, other) for one, other in combinations(sorted(blocks), 2) if other - one <= 3]
        assert neighbours
        assert all(blocks[one] == blocks[other] for one, other in neighbours)
        mirrored = {196 - number: block for number, block in blocks.items()}
        if plane == "sagittal":
            assert mirrored == blocks

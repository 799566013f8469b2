"""From labelled images to a model that is asked: a real server, by Python and by the command."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from coronal_client import Client, State, Version, faults_of
from coronal_client.cli.exit_codes import ExitCode
from coronal_client.errors import JobFailed, NotFound, Refused

LEARNED, TESTED = 200, 100
FOREST = "random-forest"


def digits() -> tuple[np.ndarray, np.ndarray]:
    """Handwritten digits of 8 × 8, in 0 to 255, and which they are."""
    found = load_digits()
    return (found.images * 15).astype(np.uint8), found.target.astype(np.uint8)


@pytest.fixture(scope="module")
def arrays(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Digits as MNIST is laid out."""
    images, labels = digits()
    path = tmp_path_factory.mktemp("arrays") / "digits.npz"
    parts = {"train": slice(LEARNED), "test": slice(LEARNED, LEARNED + TESTED)}
    np.savez(
        path,
        **{f"x_{name}": images[part] for name, part in parts.items()},
        **{f"y_{name}": labels[part] for name, part in parts.items()},
    )
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Zeros and ones, a folder for each."""
    folder = tmp_path_factory.mktemp("folder") / "two"
    images, labels = digits()
    for label, name in enumerate(("no", "yes")):
        (folder / name).mkdir(parents=True)
        for number in np.flatnonzero(labels == label)[:10]:
            Image.fromarray(images[number]).save(folder / name / f"{number}.png")
    return folder


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One class, and neither of its files is an image."""
    folder = tmp_path_factory.mktemp("broken") / "broken"
    (folder / "one").mkdir(parents=True)
    (folder / "one" / "a.png").write_bytes(b"no image")
    (folder / "one" / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    return folder


@pytest.fixture(scope="module")
def client(server: str) -> Iterator[Client]:
    with Client(server) as one:
        yield one


@pytest.fixture(scope="module")
def dataset(client: Client, arrays: Path) -> Version:
    job = client.add_dataset("digits", arrays, description="Handwritten").wait(60)
    assert (job.task, job.published) == ("dataset", "digits@1")
    return client.dataset(job.published)


@pytest.fixture(scope="module")
def models(client: Client, dataset: Version) -> tuple[Version, Version]:
    """A small forest and a larger one, under one name."""
    jobs = [
        client.train("forest", dataset=dataset, classifier=FOREST, parameters={"n_estimators": trees})
        for trees in (5, 30)
    ]
    names = [job.wait(60).published for job in jobs]
    assert names == ["forest@1", "forest@2"]
    return client.model("forest@1"), client.model("forest", 2)


class TestLibrary:
    def test_a_data_set_tells_its_classes_and_keeps_its_contact_sheet(
        self, client: Client, dataset: Version, tmp_path: Path
    ) -> None:
        labels = digits()[1][: LEARNED + TESTED]
        assert dataset.facts["classes"] == {str(name): int((labels == name).sum()) for name in range(10)}
        assert dataset.facts["description"] == "Handwritten"
        assert (dataset.save(tmp_path / "sheet") / "contact-sheet.png").read_bytes().startswith(b"\x89PNG")
        assert "digits" in {one.name for one in client.datasets()}

    def test_the_same_folder_is_the_same_version(self, client: Client, folder: Path) -> None:
        jobs = [client.add_dataset("two", folder).wait(60) for _ in range(2)]
        assert [job.published for job in jobs] == ["two@1", "two@1"]
        assert jobs[0].id != jobs[1].id
        assert client.dataset("two").facts["classes"] == {"no": 10, "yes": 10}

    def test_an_order_with_the_key_of_another_is_that_one(self, client: Client, folder: Path) -> None:
        jobs = [client.add_dataset("two", folder, key="the same") for _ in range(2)]
        assert jobs[0].id == jobs[1].id
        jobs[0].wait(60)

    def test_a_bad_one_is_refused_with_all_that_is_wrong(self, client: Client, broken: Path) -> None:
        job = client.add_dataset("broken", broken)
        with pytest.raises(JobFailed, match="bad-dataset"):
            job.wait(60)
        faults = faults_of(job)
        assert len(faults) == 3
        assert any("found only 'one'" in fault for fault in faults)
        assert {name for name in ("a.png", "b.png") if any(f"one/{name}" in fault for fault in faults)} == {
            "a.png",
            "b.png",
        }
        with pytest.raises(NotFound):
            client.dataset("broken")

    def test_a_model_tells_what_it_is_made_from_and_how_good_it_is(
        self, client: Client, models: tuple[Version, Version]
    ) -> None:
        first, second = models
        assert first.facts["parameters"]["n_estimators"] == 5
        assert first.sha256 != second.sha256
        accuracy = second.facts["metrics"]["accuracy"]
        assert accuracy["low"] < accuracy["value"] < accuracy["high"]
        assert [str(one) for one in client.model_versions("forest")] == ["forest@2", "forest@1"]
        assert second.files["report.html"].read().startswith(b"<!DOCTYPE html>")

    def test_an_evaluation_finds_what_the_training_has_found(
        self, client: Client, dataset: Version, models: tuple[Version, Version]
    ) -> None:
        report = client.evaluate(models[0], dataset, against=models[1]).wait(60).results().report
        assert report is not None
        (other,) = report.others
        assert (report.model, other.model) == ("forest@1", "forest@2")
        assert (report.n, report.subset) == (TESTED, "test")
        reported = [model.facts["metrics"]["accuracy"]["value"] for model in models]
        found = [one.metrics["accuracy"].value for one in (report, other)]
        assert found == pytest.approx(reported)
        assert other.differences["accuracy"].value == pytest.approx(reported[1] - reported[0])
        tested = digits()[1][LEARNED : LEARNED + TESTED]
        assert [row.support for row in report.per_class] == np.bincount(tested).tolist()

    def test_an_alias_stands_for_a_version_that_a_pipeline_asks(
        self, client: Client, models: tuple[Version, Version], folder: Path
    ) -> None:
        assert client.promote("forest", 1) == {"production": 1}
        assert client.promote("forest", 2) == {"production": 2}
        assert client.model("forest@production").aliases == ("production",)
        zero = min((folder / "no").iterdir())
        results = client.submit(zero, [{"classify": {"model": "forest@production"}}]).wait(60).results()
        assert max(results.predictions["classify"].items(), key=lambda pair: pair[1])[0] == "0"
        with pytest.raises(Refused, match="promote another"):
            client.delete_model("forest", 2)
        assert client.roll_back("forest") == {"production": 1}
        client.remove_alias("forest")
        assert client.model("forest", 1).aliases == ()
        with pytest.raises(NotFound):
            client.remove_alias("forest")

    @pytest.mark.parametrize(
        ("order", "said"),
        [
            ({"dataset": "nothing", "classifier": FOREST}, "dataset must be an existing one"),
            ({"dataset": "digits", "classifier": "svmm"}, "did you mean 'svm'"),
            ({"dataset": "digits"}, "classifier must be given"),
            (
                {"dataset": "digits", "classifier": FOREST, "parameters": {"n_estimators": -1}},
                "n_estimators must be",
            ),
            ({"dataset": "digits", "classifier": FOREST, "preprocess": ["otsu"]}, "must be of filters"),
        ],
        ids=["data set", "classifier", "neither", "parameter", "preprocessing"],
    )
    def test_a_wrong_order_is_refused_before_it_is_queued(
        self, client: Client, dataset: Version, order: dict[str, object], said: str
    ) -> None:
        with pytest.raises(Refused, match=said):
            client.train("wrong", **order)  # type: ignore[arg-type]

    def test_what_is_deleted_is_gone(self, client: Client, folder: Path) -> None:
        version = client.dataset(client.add_dataset("gone", folder).wait(60).published or "")
        client.delete_dataset("gone", version.version)
        with pytest.raises(NotFound):
            client.dataset("gone")


@pytest.fixture
def at(coronal, server: str):
    """The command, with the real server in its environment."""
    return lambda *words: coronal(*words, environment={"CORONAL_SERVER": server})


class TestCommand:
    def test_a_data_set_is_added_shown_listed_and_deleted(self, at, folder: Path, tmp_path: Path) -> None:
        added = at("dataset", "add", "shown", folder, "--description", "Zero or one", "--out", "sheet")
        assert added.returncode == ExitCode.OK, added.stderr
        assert "shown@1: 20 images of 2 classes, 2-D\nZero or one\n" in added.stdout
        assert [line.split() for line in added.stdout.splitlines() if line.startswith((" no", " yes"))] == [
            ["no", "10"],
            ["yes", "10"],
        ]
        assert "sheet/contact-sheet.png" in added.stdout
        assert (tmp_path / "sheet" / "contact-sheet.png").is_file()
        assert "succeeded" in added.stderr
        (reported,) = json.loads(at("dataset", "list", "shown", "--json").stdout)
        assert reported["sha256"] in added.stdout
        assert reported == json.loads(at("dataset", "show", "shown@1", "--json").stdout)
        assert "shown@1" in at("dataset", "list").stdout
        assert at("dataset", "delete", "shown@1").returncode == ExitCode.OK
        assert at("dataset", "show", "shown").returncode == ExitCode.REFUSED

    def test_all_that_is_wrong_with_a_data_set_is_reported(self, at, broken: Path) -> None:
        ended = at("dataset", "add", "broken", broken, "--json")
        assert ended.returncode == ExitCode.JOB_FAILED
        assert "broken: refused whole" in ended.stderr
        reported = json.loads(ended.stdout)
        assert len(reported["faults"]) == 3
        assert all(f"  {fault}\n" in ended.stderr for fault in reported["faults"])
        assert reported["job"]["error"]["code"] == "bad-dataset"

    def test_nobody_stays_for_a_job_without_wait(self, at, client: Client, folder: Path) -> None:
        id = at("dataset", "add", "later", folder, "--no-wait").stdout.strip()
        assert client.job(id).wait(60).published == "later@1"

    def test_a_model_is_trained_shown_promoted_evaluated_and_deleted(
        self, at, dataset: Version, tmp_path: Path
    ) -> None:
        options = [
            "--dataset",
            "digits",
            "--classifier",
            FOREST,
            "--search",
            "n_estimators=3,12",
            "--folds",
            "2",
        ]
        trained = at("model", "train", "shelf", *options, "--out", "report")
        assert trained.returncode == ExitCode.OK, trained.stderr
        assert f"shelf@1 on {TESTED} images of digits@1 (test)" in trained.stdout
        assert "balanced accuracy" in trained.stdout
        assert "published: shelf@1" in trained.stdout
        assert (tmp_path / "report" / "report.html").is_file()
        again = at(
            "model", "train", "shelf", *options[:4], "--param", "n_estimators=4", "--seed", "7", "--json"
        )
        reported = json.loads(again.stdout)
        assert (reported["published"]["facts"]["parameters"]["n_estimators"], reported["job"]["seed"]) == (
            4,
            7,
        )
        assert at("model", "promote", "shelf@1").stdout == "shelf: production → 1\n"
        assert at("model", "promote", "shelf@2").stdout == "shelf: production → 2\n"
        assert at("model", "rollback", "shelf").stdout == "shelf: production → 1\n"
        shown = at("model", "show", "shelf@production").stdout
        assert "shelf@1: random-forest, a classifier" in shown
        assert "n_estimators=12" in shown
        listed = at("model", "list", "shelf").stdout
        assert listed.index("shelf@2") < listed.index("shelf@1")
        evaluated = at(
            "model",
            "evaluate",
            "shelf@1",
            "--dataset",
            "digits",
            "--against",
            "shelf@2",
            "--subset",
            "all",
        )
        assert f"shelf@1 on {LEARNED + TESTED} images of digits@1 (all)" in evaluated.stdout
        assert "difference (95 % CI)" in evaluated.stdout
        refused = at("model", "delete", "shelf@1")
        assert (refused.returncode, "promote another" in refused.stderr) == (ExitCode.REFUSED, True)
        assert at("model", "unalias", "shelf").returncode == ExitCode.OK
        assert at("model", "delete", "shelf@2").returncode == ExitCode.OK

    def test_a_training_that_fails_is_reported(self, at, client: Client, folder: Path) -> None:
        client.add_dataset("two", folder).wait(60)
        ended = at("model", "train", "bad", "--dataset", "two", "--classifier", FOREST, "--split", "given")
        assert ended.returncode == ExitCode.JOB_FAILED
        assert "bad-training-set" in ended.stderr
        assert next(client.jobs(state=State.FAILED)).task == "training"

    @pytest.mark.parametrize(
        "words",
        [["dataset", "list"], ["model", "list"], ["model", "evaluate", "forest", "--dataset", "digits"]],
    )
    def test_without_a_server_it_is_reported_how_to_run_one(self, coronal, words: list[str]) -> None:
        ended = coronal(*words, environment={"CORONAL_SERVER": "http://127.0.0.1:9"})
        assert ended.returncode == ExitCode.UNAVAILABLE
        assert "coronal up runs a server" in ended.stderr

    @pytest.mark.parametrize(
        "words",
        [
            ["model", "train", "a", "--dataset", "b", "--classifier", "svm", "--param", "C"],
            ["model", "promote", "forest"],
            ["dataset", "delete", "digits@production"],
        ],
    )
    def test_a_wrong_command_line_is_reported_before_anything_is_asked(
        self, coronal, words: list[str]
    ) -> None:
        assert coronal(*words).returncode == ExitCode.USAGE


@pytest.fixture(scope="module")
def squares(client: Client, tmp_path_factory: pytest.TempPathFactory) -> Version:
    """Bright squares, each with its mask of black and white."""
    folder = tmp_path_factory.mktemp("squares")
    for number in range(6):
        square = np.zeros((24, 24), np.uint8)
        square[4 : 12 + number, 4:14] = 255
        for name, pixels in (("Images", square // 2 + 10), ("Labels", square)):
            (folder / name).mkdir(exist_ok=True)
            Image.fromarray(pixels).save(folder / name / f"{number}.png")
    job = client.add_dataset("squares", folder).wait(60)
    assert client.dataset(job.published).facts["labels"] == "1 = 255 in 6 files"
    return client.dataset(job.published)


class TestWithoutFitting:
    def test_a_segmenter_is_registered_evaluated_beside_another_and_asked(
        self, coronal, server: str, client: Client, squares: Version, tmp_path: Path
    ) -> None:
        to = ("--dataset", str(squares), "--server", server)
        done = coronal("model", "register", "bright", "--segmenter", "otsu", *to, "--out", "report")
        assert done.returncode == 0, done.stderr
        assert "published: bright@1" in done.stdout
        assert (tmp_path / "report" / "report.html").is_file()
        coronal("model", "register", "above", "--segmenter", "threshold", "--param", "lower=250", *to)
        beside = coronal("model", "evaluate", "bright", "--against", "above", *to)
        assert beside.returncode == 0, beside.stderr
        assert "Dice" in beside.stdout
        image = tmp_path / "one.png"
        Image.fromarray(np.pad(np.full((8, 8), 200, np.uint8), 8)).save(image)
        results = client.submit(image, [{"segment": {"model": "bright@1"}}, "shape"]).wait(60).results()
        assert results.tables["shape"].column("label") == (1,)

    def test_what_needs_no_fitting_takes_no_search(self, client: Client, squares: Version) -> None:
        with pytest.raises(Refused, match="search must be left out, as otsu needs no fitting"):
            client.register_model("no", dataset=squares, segmenter="otsu", search={"min_size": [1, 2]})

"""The demonstration."""

import dataclasses
import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from sklearn.datasets import load_digits

from coronal_client import Client
from coronal_client.cli.exit_codes import ExitCode
from coronal_client.demo.digits import read_digits, write_set
from coronal_client.demo.images import SAMPLES, Sample
from coronal_client.demo.learners import LEARNERS, STAND_IN, Learner, learners_among
from coronal_client.errors import NotInstalled

PNG = b"\x89PNG"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def shown(folder: Path, server: str, run_command: Callable[..., subprocess.CompletedProcess[str]]) -> str:
    """What a demonstration has shown that ended well."""
    ended = run_command(folder, "demo", environment={"CORONAL_SERVER": server})
    assert ended.returncode == ExitCode.OK, ended.stderr
    return ended.stdout


def paths_of(text: str) -> dict[str, Path]:
    """Return the paths that stand behind names: ``  name: path``."""
    pairs = (line.strip().rpartition(":") for line in text.splitlines() if line.startswith("  "))
    return {name: Path(path.strip()) for name, _, path in pairs}


def test_it_names_a_picture_of_each_image(shown: str, folder: Path) -> None:
    pictures = paths_of(shown.partition("Pictures to look at:")[2].partition("\n\n")[0])
    assert list(pictures) == [sample.title for sample in SAMPLES]
    assert all((folder / path).read_bytes().startswith(PNG) for path in pictures.values())


def test_it_compares_what_has_learned_and_names_the_report(shown: str, folder: Path, server: str) -> None:
    text = shown.partition("handwritten digits, learned")[2]
    with Client(server) as client:
        for learner in LEARNERS:
            metrics = client.model(f"demo-{learner.name}").facts["metrics"]
            (row,) = [line for line in text.splitlines() if line.strip().startswith(learner.title)]
            for metric in (metrics["accuracy"], metrics["balanced_accuracy"]):
                assert f"{metric['value']:.3f} ({metric['low']:.3f} to {metric['high']:.3f})" in row
                assert metric["value"] > 0.9
    page = (folder / paths_of(text)["report"]).read_text()
    assert all(f"demo-{learner.name}@1" in page for learner in LEARNERS)


def test_it_shows_what_each_takes_a_new_digit_for_and_what_it_looked_at(shown: str, folder: Path) -> None:
    text = shown.partition("handwritten digits, learned")[2]
    new = read_digits()[-1]
    assert f"new {new.label} for" in text
    assert text.count(f" {new.label} (") == len(LEARNERS)
    for learner in LEARNERS:
        assert (folder / paths_of(text)[learner.explained_by]).read_bytes().startswith(PNG)


@pytest.mark.parametrize(
    ("missing", "learn"),
    [
        ((), LEARNERS),
        (("cnn",), (LEARNERS[0], STAND_IN)),
        (("random-forest",), (LEARNERS[1], STAND_IN)),
        (("cnn", "svm"), LEARNERS),
    ],
)
def test_another_learns_where_no_worker_offers_one_of_the_two(
    missing: tuple[str, ...], learn: tuple[Learner, ...]
) -> None:
    offered = {learner.classifier for learner in (*LEARNERS, STAND_IN)} | {"otsu"}
    assert tuple(learners_among(offered - set(missing))) == learn


def test_a_server_that_isnt_there_is_reported_by_the_exit_code(coronal) -> None:
    ended = coronal("demo", environment={"CORONAL_SERVER": "http://127.0.0.1:9"})
    assert ended.returncode == ExitCode.UNAVAILABLE


def test_its_digits_are_those_of_scikit_learn() -> None:
    digits, theirs = read_digits(), load_digits()
    pictures = [np.asarray(PIL.Image.open(io.BytesIO(digit.png()))) for digit in digits]
    assert np.array_equal(pictures, np.round(theirs.images * (255 / 16)))
    assert [digit.label for digit in digits] == [str(label) for label in theirs.target]


def test_the_new_digit_is_in_no_set_that_is_learned_from(tmp_path: Path) -> None:
    *digits, new = read_digits()
    with zipfile.ZipFile(write_set(digits, tmp_path / "digits.zip")) as archive:
        names = archive.namelist()
        pictures = {archive.read(name) for name in names}
    assert {name.partition("/")[0] for name in names} == set("0123456789")
    assert len(names) == len(digits)
    assert new.png() not in pictures


def test_it_shows_four_kinds_of_images_through_at_least_three_pipelines() -> None:
    suffixes = {Path(sample.path).suffix for sample in SAMPLES}
    assert {".jpg", ".dcm", ".gz"} <= suffixes
    assert len({sample.pipeline for sample in SAMPLES}) >= 3


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.pipeline)
def test_each_image_is_there(sample: Sample) -> None:
    assert sample.image().is_file()


def test_images_are_found_and_nothing_is_imported_for_it() -> None:
    program = "from coronal_client.demo.images import SAMPLES; import sys; [s.image() for s in SAMPLES]; "
    program += "print([name for name in ('numpy', 'skimage', 'pydicom', 'nilearn') if name in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"


@pytest.mark.parametrize("change", [{"package": "no_such_package"}, {"path": "no/such.file"}])
def test_a_package_that_is_missing_is_named(change: dict[str, str]) -> None:
    sample = dataclasses.replace(SAMPLES[0], **change)
    with pytest.raises(NotInstalled, match="pip install 'scikit-image'"):
        sample.image()

"""The demonstration."""

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

from coronal_client.demo.images import SAMPLES, Sample
from coronal_client.errors import NotInstalled
from coronal_client.exit_codes import ExitCode


def test_it_ends_well_and_names_a_picture_of_each_image(coronal, server: str, tmp_path: Path) -> None:
    ended = coronal("demo", environment={"CORONAL_SERVER": server})
    assert ended.returncode == ExitCode.OK, ended.stderr
    pictures = ended.stdout.partition("Pictures to look at:")[2].splitlines()[1:]
    assert len(pictures) == len(SAMPLES)
    for sample, line in zip(SAMPLES, pictures, strict=True):
        assert sample.title in ended.stdout
        assert (tmp_path / line.rpartition(": ")[2]).read_bytes().startswith(b"\x89PNG")


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

"""Real files from inside installed packages, and the parts that outcomes are made of."""

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from coronal import Case, Geometry, Image, LabelMap, Outcome, Provenance, ResultFile, Writer

NIFTI_HEAD = "datasets/data/mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz"


@pytest.fixture(scope="session")
def pydicom_files() -> Path:
    return Path(str(files("pydicom"))) / "data" / "test_files"


@pytest.fixture(scope="session")
def skimage_files() -> Path:
    return Path(str(files("skimage"))) / "data"


@pytest.fixture(scope="session")
def nibabel_files() -> Path:
    return Path(str(files("nibabel"))) / "tests" / "data"


@pytest.fixture(scope="session")
def mni_head() -> Path:
    return Path(str(files("nilearn"))) / NIFTI_HEAD


@pytest.fixture
def outcome_of() -> Callable[..., Outcome]:
    """Make an outcome of a case, as if its input had come in a format."""

    def make(case: Case, input_format: str = "png") -> Outcome:
        provenance = Provenance(
            job="job",
            input_name="input",
            input_sha256="0" * 64,
            input_bytes=1,
            input_format=input_format,
            pipeline={},
            stages=(),
            packages={},
            python="3",
            platform="test",
        )
        return Outcome(case, provenance)

    return make


@pytest.fixture
def written(outcome_of: Callable[..., Outcome]) -> Callable[..., dict[str, ResultFile]]:
    """Return the files that a writer makes of a case, by name."""

    def write(writer: Writer, case: Case, input_format: str = "png") -> dict[str, ResultFile]:
        return {file.name: file for file in writer(outcome_of(case, input_format))}

    return write


@pytest.fixture
def volume_case() -> Case:
    """Return a small oblique volume in its place, with two objects."""
    turn = np.deg2rad(30)
    x, y = np.array([np.cos(turn), np.sin(turn), 0.0]), np.array([-np.sin(turn), np.cos(turn), 0.0])
    columns = np.column_stack([[0.0, 0.0, 1.0], y, x])
    geometry = Geometry((3.0, 0.5, 0.75), (-10.0, 20.0, 30.0), tuple(map(tuple, columns.tolist())))
    pixels = np.random.default_rng(0).integers(0, 200, (5, 12, 16)).astype(np.int16)
    labels = np.zeros(pixels.shape, np.int32)
    labels[1:3, 2:6, 3:9] = 1
    labels[3:5, 8:11, 10:15] = 2
    case = Case.start(Image(pixels, geometry, modality="MR"))
    return case.add("seeds", LabelMap.of(case.image, labels))

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from coronal import Case, Geometry, Image, Prediction, ResultFile
from coronal_formats.readers.nifti.reader import nifti
from coronal_formats.readers.tiff.reader import tiff
from coronal_formats.writers.explanation import explanation

Written = Callable[..., dict[str, ResultFile]]

PREDICTION = Prediction(("benign", "malignant"), (0.1, 0.9))
PLANE = Image(np.tile(np.arange(40, dtype=np.uint8), (30, 1)), Geometry((0.5, 0.25)))


def explained(image: Image, *stages: str) -> Case:
    case = Case.start(image)
    for stage in stages:
        heat = np.random.default_rng(0).uniform(-1, 1, image.shape).astype(np.float32)
        case = case.add(stage, PREDICTION).explained(stage, image, heat)
    return case


def test_without_an_explanation_nothing_is_written(written: Written) -> None:
    assert written(explanation, Case.start(PLANE).add("forest", PREDICTION)) == {}


def test_each_classifier_has_its_picture_and_its_array(written: Written) -> None:
    files = written(explanation, explained(PLANE, "forest", "second-look"))
    assert list(files) == [
        "explanation-forest.png",
        "explanation-forest.tiff",
        "explanation-second-look.png",
        "explanation-second-look.tiff",
    ]
    with PIL.Image.open(BytesIO(files["explanation-forest.png"].content)) as picture:
        assert picture.mode == "RGB"


def test_the_array_is_the_heat_with_its_spacing(written: Written, tmp_path: Path) -> None:
    case = explained(PLANE, "forest")
    (tmp_path / "heat.tiff").write_bytes(written(explanation, case)["explanation-forest.tiff"].content)
    found = tiff(tmp_path / "heat.tiff")
    np.testing.assert_array_equal(found.pixels, case.explanations["forest"].heat.pixels)
    assert found.pixels.dtype == np.float32
    assert found.spacing_mm == pytest.approx((0.5, 0.25))


@pytest.mark.parametrize("input_format", ["nifti", "dicom"])
def test_a_volume_keeps_its_place(
    volume_case: Case, input_format: str, written: Written, tmp_path: Path
) -> None:
    case = explained(volume_case.source, "cnn")
    content = written(explanation, case, input_format)["explanation-cnn.nii.gz"].content
    (tmp_path / "heat.nii.gz").write_bytes(content)
    found = nifti(tmp_path / "heat.nii.gz")
    np.testing.assert_array_equal(found.pixels, case.explanations["cnn"].heat.pixels)
    np.testing.assert_allclose(found.geometry.affine(), volume_case.source.geometry.affine(), atol=1e-5)


def test_heat_of_another_number_type_has_a_name_of_its_own(written: Written) -> None:
    heat = np.eye(30, 40, dtype=np.uint8)
    case = Case.start(PLANE).add("forest", PREDICTION)
    files = written(explanation, case.explained("forest", PLANE, heat))  # type: ignore[arg-type]
    assert list(files) == ["explanation-forest.png", "explanation-forest.tiff"]


def test_the_same_case_gives_the_same_bytes(written: Written) -> None:
    case = explained(PLANE, "forest")
    assert written(explanation, case) == written(explanation, case)

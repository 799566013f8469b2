from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest

from coronal import Case, Geometry, Image, LabelMap, Meaning, ResultFile
from coronal_formats.readers.nifti.reader import nifti
from coronal_formats.readers.photographs.png import png
from coronal_formats.readers.tiff.reader import tiff
from coronal_formats.writers.image import image

Written = Callable[..., dict[str, ResultFile]]
RANDOM = np.random.default_rng(0)
READERS = {"image.png": png, "image.tiff": tiff, "image.nii.gz": nifti}


def filtered(pixels: np.ndarray, **options: object) -> Case:
    result = Image(pixels, **options)
    return Case.start(Image(np.zeros_like(pixels), **options)).add("filter", result)


COLOUR = {"has_channels": True, "meaning": Meaning.COLOUR}
CASES = [
    pytest.param(RANDOM.integers(0, 255, (8, 9), np.uint8), {}, "png", "image.png", id="8 bits"),
    pytest.param(RANDOM.integers(0, 65535, (8, 9), np.uint16), {}, "jpeg", "image.png", id="16 bits"),
    pytest.param(RANDOM.integers(0, 255, (8, 9, 3), np.uint8), COLOUR, "png", "image.png", id="colour"),
    pytest.param(RANDOM.random((8, 9)), {}, "png", "image.tiff", id="real numbers"),
    pytest.param(RANDOM.random((8, 9, 3), np.float32), COLOUR, "png", "image.tiff", id="real colours"),
    pytest.param(
        RANDOM.random((4, 8, 9), np.float32),
        {"geometry": Geometry((3.0, 0.5, 0.25))},
        "tiff",
        "image.tiff",
        id="stack",
    ),
    pytest.param(RANDOM.random((3, 8, 9)), {}, "tiff", "image.tiff", id="a stack as deep as a colour"),
    pytest.param(
        RANDOM.integers(0, 9, (4, 8, 9, 3), np.uint8), COLOUR, "tiff", "image.tiff", id="colour stack"
    ),
    pytest.param(
        RANDOM.random((4, 8, 9, 2)), {"has_channels": True}, "tiff", "image.tiff", id="two channels"
    ),
    pytest.param(RANDOM.integers(-9, 9, (4, 8, 9)), {}, "tiff", "image.tiff", id="64 bits"),
    pytest.param(RANDOM.random((4, 8, 9)), {}, "nifti", "image.nii.gz", id="volume"),
    pytest.param(
        RANDOM.integers(0, 9, (4, 8, 9, 3), np.uint8), COLOUR, "nifti", "image.nii.gz", id="colour volume"
    ),
    pytest.param(RANDOM.random((4, 8, 9, 3)), COLOUR, "nifti", "image.tiff", id="what NIfTI can't hold"),
]


@pytest.mark.parametrize(("pixels", "options", "input_format", "name"), CASES)
def test_the_last_image_is_read_back_without_loss(
    pixels: np.ndarray,
    options: dict[str, object],
    input_format: str,
    name: str,
    *,
    tmp_path: Path,
    written: Written,
) -> None:
    case = filtered(pixels, **options)
    files = written(image, case, input_format)
    assert list(files) == [name]
    path = tmp_path / name
    path.write_bytes(files[name].content)
    again = READERS[name](path)
    np.testing.assert_array_equal(again.pixels, pixels)
    assert (again.axes, again.pixels.dtype) == (case.image.axes, pixels.dtype)
    assert again.spacing_mm in (None, case.image.spacing_mm, (1.0,) * case.image.dimensions)


def test_a_mask_is_kept_as_zero_and_one(tmp_path: Path, written: Written) -> None:
    mask = RANDOM.random((4, 8, 9)) > 0.5
    for input_format, name in (("nifti", "image.nii.gz"), ("tiff", "image.tiff")):
        path = tmp_path / name
        path.write_bytes(written(image, filtered(mask), input_format)[name].content)
        np.testing.assert_array_equal(READERS[name](path).pixels, mask.astype(np.uint8))


def test_an_axis_too_long_for_nifti_1_becomes_nifti_2(tmp_path: Path, written: Written) -> None:
    path = tmp_path / "image.nii.gz"
    case = filtered(np.arange(40_000, dtype=np.int32).reshape(1, 1, 40_000))
    path.write_bytes(written(image, case, "nifti")[path.name].content)
    assert isinstance(nibabel.load(path), nibabel.Nifti2Image)
    np.testing.assert_array_equal(nifti(path).pixels, case.image.pixels)


def test_where_something_was_segmented_the_image_is_no_result(written: Written) -> None:
    case = filtered(np.ones((3, 3)))
    assert written(image, case.add("all", LabelMap.of(case.image, np.ones((3, 3), bool)))) == {}
    assert written(image, Case.start(case.source)) == {}

from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest
from nibabel.affines import apply_affine

from coronal import Case, Geometry, Image, LabelMap, ResultFile
from coronal_formats.readers.dicom.reader import dicom
from coronal_formats.readers.nifti.reader import nifti
from coronal_formats.readers.photographs.png import png
from coronal_formats.readers.tiff.reader import tiff
from coronal_formats.writers.labels import labels

Written = Callable[..., dict[str, ResultFile]]
ROTATION = np.linalg.qr(np.random.default_rng(5).normal(size=(3, 3)))[0]


def segmented(image: Image) -> Case:
    grey = image.grey()
    return Case.start(image).add("bright", LabelMap.of(image, grey > np.median(grey)))


def stored(folder: Path, file: ResultFile) -> Path:
    path = folder / file.name
    path.write_bytes(file.content)
    return path


def affines() -> dict[str, np.ndarray]:
    oblique = np.eye(4)
    oblique[:3, :3] = ROTATION * [0.5, 0.7, 2.1]
    oblique[:3, 3] = [-12.3, 34.5, -5.6]
    flipped = np.diag([-0.9, 1.1, -3.3, 1.0])
    turned = np.array([[0, 0, 1.2, 3], [0.8, 0, 0, 4], [0, -0.6, 0, 5], [0, 0, 0, 1.0]])
    return {"oblique": oblique, "flipped": flipped, "axes exchanged": turned}


@pytest.mark.parametrize("name", affines())
def test_nifti_in_gives_nifti_out_of_the_very_same_affine(
    name: str, tmp_path: Path, written: Written
) -> None:
    pixels = np.random.default_rng(0).integers(0, 9, (4, 5, 6)).astype(np.int16)
    source = tmp_path / "source.nii"
    nibabel.save(nibabel.Nifti1Image(pixels, affines()[name]), source)
    image = nifti(source)
    files = written(labels, segmented(image), "nifti")
    found = nibabel.load(stored(tmp_path, files["labels.nii.gz"]))
    original = nibabel.load(source)
    np.testing.assert_array_equal(found.affine, original.affine)
    np.testing.assert_array_equal(np.asarray(found.dataobj), pixels > np.median(pixels))
    np.testing.assert_allclose(found.get_qform(), original.affine, atol=1e-4)


def test_a_real_head_keeps_its_affine_and_the_map_its_voxels(
    mni_head: Path, tmp_path: Path, written: Written
) -> None:
    image = nifti(mni_head)
    case = segmented(image)
    path = stored(tmp_path, written(labels, case, "nifti")["labels.nii.gz"])
    found = nibabel.load(path)
    np.testing.assert_array_equal(found.affine, nibabel.load(mni_head).affine)
    again = nifti(path)
    assert case.labels is not None
    np.testing.assert_array_equal(again.pixels, case.labels.labels)
    assert again.geometry == image.geometry


def test_without_a_transform_the_codes_stay_0_and_the_spacing_is_kept(
    tmp_path: Path, written: Written
) -> None:
    source = nibabel.Nifti1Image(np.arange(24, dtype=np.int16).reshape(2, 3, 4), None)
    source.header.set_zooms((2.0, 3.0, 4.0))
    nibabel.save(source, tmp_path / "source.nii")
    files = written(labels, segmented(nifti(tmp_path / "source.nii")), "nifti")
    found = nibabel.load(stored(tmp_path, files["labels.nii.gz"]))
    assert found.header.get_zooms() == (2.0, 3.0, 4.0)
    assert (found.header["sform_code"], found.header["qform_code"]) == (0, 0)


def test_a_dicom_slice_gives_nifti_whose_pixels_lie_where_the_slice_lies(
    pydicom_files: Path, tmp_path: Path, written: Written
) -> None:
    image = dicom(pydicom_files / "CT_small.dcm")
    found = nibabel.load(stored(tmp_path, written(labels, segmented(image), "dicom")["labels.nii.gz"]))
    for row, column in ((0, 0), (100, 3), (17, 99)):
        right_to_left = np.array(image.geometry.position_mm((row, column))) * [-1, -1, 1]
        np.testing.assert_allclose(apply_affine(found.affine, [column, row, 0]), right_to_left, atol=1e-4)
        assert found.dataobj[column, row] == (image.pixels[row, column] > np.median(image.pixels))


def test_dicom_without_a_place_gives_tiff(pydicom_files: Path, tmp_path: Path, written: Written) -> None:
    case = segmented(dicom(pydicom_files / "examples_palette.dcm"))
    path = stored(tmp_path, written(labels, case, "dicom")["labels.tiff"])
    assert case.labels is not None
    np.testing.assert_array_equal(tiff(path).pixels, case.labels.labels)


@pytest.mark.parametrize("shape", [(30, 40), (5, 30, 40)])
def test_tiff_in_gives_tiff_out_with_its_spacing(
    shape: tuple[int, ...], tmp_path: Path, written: Written
) -> None:
    spacing = (2.5, 0.4, 0.2)[3 - len(shape) :]
    image = Image(np.random.default_rng(0).random(shape), Geometry(spacing))
    again = tiff(stored(tmp_path, written(labels, segmented(image), "tiff")["labels.tiff"]))
    assert again.pixels.dtype == np.uint16
    assert again.spacing_mm == pytest.approx(spacing)


@pytest.mark.parametrize("input_format", ["metaimage", "nrrd", "zip"])
def test_what_itk_wrote_gives_nifti_with_its_spacing_also_without_a_place(
    input_format: str, tmp_path: Path, written: Written
) -> None:
    image = Image(np.random.default_rng(0).random((4, 5, 6)), Geometry((3.0, 0.5, 0.75)))
    again = nifti(stored(tmp_path, written(labels, segmented(image), input_format)["labels.nii.gz"]))
    assert (again.spacing_mm, again.geometry.is_placed) == ((3.0, 0.5, 0.75), False)


@pytest.mark.parametrize("input_format", ["png", "jpeg"])
def test_a_photograph_gives_a_png_of_16_bits(input_format: str, tmp_path: Path, written: Written) -> None:
    image = Image(np.zeros((300, 300), np.uint8))
    many = np.minimum(np.arange(90_000).reshape(300, 300), 65_535)
    case = Case.start(image).add("many", LabelMap.of(image, many))
    again = png(stored(tmp_path, written(labels, case, input_format)["labels.png"]))
    assert again.pixels.dtype == np.uint16
    np.testing.assert_array_equal(again.pixels, many)


def test_more_labels_than_16_bits_hold_give_tiff(tmp_path: Path, written: Written) -> None:
    image = Image(np.zeros((300, 300), np.uint8))
    many = np.arange(90_000).reshape(300, 300)
    case = Case.start(image).add("many", LabelMap.of(image, many))
    again = tiff(stored(tmp_path, written(labels, case, "png")["labels.tiff"]))
    np.testing.assert_array_equal(again.pixels, many)


def test_nothing_is_written_where_nothing_was_segmented(written: Written) -> None:
    assert written(labels, Case.start(Image(np.zeros((3, 3))))) == {}


@pytest.mark.parametrize("input_format", ["nifti", "tiff", "png"])
def test_the_same_map_gives_the_same_bytes(input_format: str, volume_case: Case, written: Written) -> None:
    first, again = (written(labels, volume_case, input_format) for _ in range(2))
    assert first == again

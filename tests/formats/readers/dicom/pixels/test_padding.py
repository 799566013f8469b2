"""What a scanner has put where it saw nothing is no part of the image."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.dataset import FileDataset
from pydicom.uid import ImplicitVRLittleEndian

from coronal import BadImage
from coronal_formats.readers.dicom.reader import dicom
from coronal_imaging.threshold.otsu import otsu

AIR, TISSUE, PADDING = -1000, 40, -3024


@pytest.fixture(scope="module")
def field_of_view() -> NDArray[np.bool_]:
    y, x = np.mgrid[:48, :48] - 24
    return np.asarray(y**2 + x**2 < 22**2)


@pytest.fixture(scope="module")
def hounsfield(field_of_view: NDArray[np.bool_]) -> NDArray[np.int16]:
    y, x = np.mgrid[:48, :48] - 24
    inside = np.where((y - 3) ** 2 + x**2 < 9**2, TISSUE, AIR)
    return np.where(field_of_view, inside, PADDING).astype(np.int16)


@pytest.fixture
def file(pydicom_files: Path, hounsfield: NDArray[np.int16]) -> FileDataset:
    dataset = pydicom.dcmread(pydicom_files / "CT_small.dcm")
    dataset.Rows, dataset.Columns = hounsfield.shape
    dataset.RescaleIntercept, dataset.PixelSpacing = 0, [1, 1]
    dataset.PixelData, dataset.PixelPaddingValue = hounsfield.tobytes(), PADDING
    return dataset


def saved(folder: Path, dataset: FileDataset) -> Path:
    dataset.save_as(folder / "padded.dcm")
    return folder / "padded.dcm"


def test_padding_is_no_part_of_the_image_and_holds_its_least_value(
    tmp_path: Path, file: FileDataset, field_of_view: NDArray[np.bool_]
) -> None:
    image = dicom(saved(tmp_path, file))
    np.testing.assert_array_equal(image.valid, field_of_view)
    assert image.padding_count == np.count_nonzero(~field_of_view)
    assert (image.pixels.min(), image.pixels.max(), image.pixels.dtype) == (AIR, TISSUE, np.int16)


def test_a_threshold_parts_tissue_from_air_and_not_the_field_of_view_from_its_corners(
    tmp_path: Path, file: FileDataset, hounsfield: NDArray[np.int16]
) -> None:
    labels = otsu(dicom(saved(tmp_path, file)))
    np.testing.assert_array_equal(labels.labels, hounsfield == TISSUE)


def test_dark_objects_end_where_the_field_of_view_does(
    tmp_path: Path, file: FileDataset, hounsfield: NDArray[np.int16]
) -> None:
    labels = otsu(dicom(saved(tmp_path, file)), foreground="dark")
    np.testing.assert_array_equal(labels.labels > 0, hounsfield == AIR)


@pytest.mark.parametrize(
    "elements",
    [
        pytest.param({"PixelPaddingValue": PADDING, "PixelPaddingRangeLimit": -2000}, id="range"),
        pytest.param(
            {"PixelPaddingValue": -2000, "PixelPaddingRangeLimit": PADDING}, id="range turned round"
        ),
    ],
)
def test_the_range_of_padding_values_holds_both_its_ends(
    tmp_path: Path, file: FileDataset, hounsfield: NDArray[np.int16], elements: Mapping[str, int]
) -> None:
    stored = hounsfield.copy()
    stored[0, :10], stored[0, 10:20] = -2000, -2500
    file.PixelData = stored.tobytes()
    for name, value in elements.items():
        file.add_new(name, "SS", value)
    np.testing.assert_array_equal(dicom(saved(tmp_path, file)).valid, hounsfield != PADDING)


def test_padding_that_a_lossy_compression_has_blurred_is_padding(
    tmp_path: Path, file: FileDataset, field_of_view: NDArray[np.bool_], hounsfield: NDArray[np.int16]
) -> None:
    blur = np.random.default_rng(0).integers(-300, 300, hounsfield.shape)
    file.PixelData = np.where(field_of_view, hounsfield, hounsfield + blur).astype(np.int16).tobytes()
    image = dicom(saved(tmp_path, file))
    np.testing.assert_array_equal(image.valid, field_of_view)
    assert image.pixels.min() == AIR


def test_a_negative_value_that_was_written_as_unsigned_is_known_by_its_bits(
    tmp_path: Path, file: FileDataset, field_of_view: NDArray[np.bool_]
) -> None:
    del file.PixelPaddingValue
    file.add_new("PixelPaddingValue", "US", PADDING + 2**16)
    np.testing.assert_array_equal(dicom(saved(tmp_path, file)).valid, field_of_view)


def test_the_range_is_known_where_the_file_tells_no_types(
    tmp_path: Path, file: FileDataset, hounsfield: NDArray[np.int16]
) -> None:
    """As in implicit VR, in which most archives store."""
    stored = hounsfield.copy()
    stored[0, :10] = -2500
    file.PixelData = stored.tobytes()
    file.add_new("PixelPaddingRangeLimit", "SS", -2000)
    path = tmp_path / "implicit.dcm"
    file.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    file.save_as(path, implicit_vr=True, little_endian=True)
    np.testing.assert_array_equal(dicom(path).valid, hounsfield != PADDING)


def test_padding_is_of_stored_values_before_they_are_turned_round(
    tmp_path: Path, file: FileDataset, field_of_view: NDArray[np.bool_]
) -> None:
    file.Modality, file.PhotometricInterpretation = "CR", "MONOCHROME1"
    image = dicom(saved(tmp_path, file))
    np.testing.assert_array_equal(image.valid, field_of_view)
    assert image.pixels.max() - image.pixels.min() == TISSUE - AIR


def test_a_value_that_no_pixel_has_is_no_padding(tmp_path: Path, file: FileDataset) -> None:
    file.PixelPaddingValue = 3000
    assert dicom(saved(tmp_path, file)).valid is None


def test_an_image_of_padding_alone_is_refused(tmp_path: Path, file: FileDataset) -> None:
    file.PixelData = np.full((48, 48), PADDING, np.int16).tobytes()
    with pytest.raises(BadImage, match="all lie in the range of its PixelPaddingValue"):
        dicom(saved(tmp_path, file))

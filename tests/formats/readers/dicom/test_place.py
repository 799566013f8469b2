from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset

from coronal import BadImage
from coronal_formats.readers.dicom.reader import dicom

COSINES = (0.8, 0.6, 0.0, -0.48, 0.64, 0.6)


def by_the_standard(dataset: Dataset, column: int, row: int) -> NDArray[np.float64]:
    """Equation C.7.6.2.1-1 of PS3.3, written out."""
    cosines = np.array(dataset.ImageOrientationPatient, float)
    row_step, column_step = map(float, dataset.PixelSpacing)
    matrix = np.eye(4)
    matrix[:3, 0] = cosines[:3] * column_step
    matrix[:3, 1] = cosines[3:] * row_step
    matrix[:3, 3] = np.array(dataset.ImagePositionPatient, float)
    return (matrix @ [column, row, 0, 1])[:3]


@pytest.fixture
def ct(pydicom_files: Path) -> FileDataset:
    dataset = pydicom.dcmread(pydicom_files / "CT_small.dcm")
    dataset.ImageOrientationPatient = list(COSINES)
    dataset.PixelSpacing = [0.5, 0.75]
    return dataset


def saved(folder: Path, dataset: FileDataset) -> Path:
    path = folder / "changed.dcm"
    dataset.save_as(path)
    return path


def test_a_pixel_lies_where_the_standard_says(tmp_path: Path, ct: FileDataset) -> None:
    image = dicom(saved(tmp_path, ct))
    assert image.spacing_mm == (0.5, 0.75)
    for row, column in ((0, 0), (0, 100), (100, 0), (31, 77)):
        expected = by_the_standard(ct, column, row)
        np.testing.assert_allclose(image.geometry.position_mm((row, column)), expected, atol=1e-6)


def test_the_spacing_of_the_detector_stands_in_for_that_of_the_patient(
    tmp_path: Path, ct: FileDataset
) -> None:
    del ct.PixelSpacing
    assert dicom(saved(tmp_path, ct)).spacing_mm is None
    ct.ImagerPixelSpacing = [0.2, 0.3]
    assert dicom(saved(tmp_path, ct)).spacing_mm == (0.2, 0.3)


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ("ImageOrientationPatient", [0.0] * 6),
        ("ImageOrientationPatient", [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]),
        ("ImageOrientationPatient", [1.05, 0.0, 0.0, 0.0, 1.0, 0.0]),
        ("ImagePositionPatient", [1.0, 2.0]),
        ("PixelSpacing", [0.0, 1.0]),
    ],
    ids=["no direction", "skewed directions", "a direction that is too long", "two numbers", "zero spacing"],
)
def test_an_unsound_place_is_no_place(tmp_path: Path, ct: FileDataset, element: str, value: object) -> None:
    setattr(ct, element, value)
    assert not dicom(saved(tmp_path, ct)).geometry.is_placed


def enhanced(ct: FileDataset, positions: Sequence[Sequence[float]]) -> FileDataset:
    """Turn a slice into a multi-frame file; frame k holds the slice's pixels plus k."""
    stored = ct.pixel_array
    ct.NumberOfFrames = len(positions)
    ct.PixelData = np.stack([stored + k for k in range(len(positions))]).astype(stored.dtype).tobytes()
    shared, measures, plane = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing, plane.ImageOrientationPatient = ct.PixelSpacing, ct.ImageOrientationPatient
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = [measures], [plane]
    ct.SharedFunctionalGroupsSequence = [shared]
    ct.PerFrameFunctionalGroupsSequence = [_frame(position) for position in positions]
    for name in ("PixelSpacing", "ImageOrientationPatient", "ImagePositionPatient"):
        delattr(ct, name)
    return ct


def _frame(position: Sequence[float]) -> Dataset:
    item, place = Dataset(), Dataset()
    place.ImagePositionPatient = [round(float(mm), 6) for mm in position]
    item.PlanePositionSequence = [place]
    return item


NORMAL = np.cross(COSINES[:3], COSINES[3:])


@pytest.mark.parametrize("step_mm", [2.5, -2.5], ids=["along the normal", "against it"])
def test_every_frame_of_a_volume_lies_where_its_own_position_says(
    tmp_path: Path, ct: FileDataset, step_mm: float
) -> None:
    positions = [np.array([1.0, 2.0, 3.0]) + k * step_mm * NORMAL for k in range(4)]
    image = dicom(saved(tmp_path, enhanced(ct, positions)))
    assert image.spacing_mm == pytest.approx((2.5, 0.5, 0.75))
    for k, position in enumerate(positions):
        np.testing.assert_allclose(image.geometry.position_mm((k, 0, 0)), position, atol=1e-5)
    across = np.array(image.geometry.position_mm((1, 0, 8))) - positions[1]
    np.testing.assert_allclose(across, 8 * 0.75 * np.array(COSINES[:3]), atol=1e-5)
    assert (image.pixels[3] - image.pixels[0] == 3).all()


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ((0.0, 1.0, 2.0, 4.0), "evenly spaced, found 1 to 2 mm between neighbours"),
        ((0.0, 1.0, 2.1, 3.0), "evenly spaced, found 0.9 to 1.1 mm between neighbours"),
        ((0.0, 1.0, 1.1, 3.0), "evenly spaced, found 0.1 to 1.9 mm between neighbours"),
        ((0.0, 1.0, 1.0, 3.0), "found 4 frames at 3 places"),
        ((0.0, 0.0, 0.0, 0.0), "found 4 frames at 1 place"),
    ],
    ids=["a gap", "a tenth off", "two near one place", "two in one place", "all in one place"],
)
def test_frames_on_no_even_grid_are_refused(
    tmp_path: Path, ct: FileDataset, steps: Sequence[float], words: str
) -> None:
    with pytest.raises(BadImage, match=words):
        dicom(saved(tmp_path, enhanced(ct, [step * NORMAL for step in steps])))


def test_frames_out_of_order_are_put_in_order(tmp_path: Path, ct: FileDataset) -> None:
    order = (0, 2, 3, 1)
    image = dicom(saved(tmp_path, enhanced(ct, [step * NORMAL for step in order])))
    assert image.spacing_mm == pytest.approx((1.0, 0.5, 0.75))
    assert [int(plane[0, 0] - image.pixels[0, 0, 0]) for plane in image.pixels] == [0, 3, 1, 2]
    for k in range(4):
        np.testing.assert_allclose(image.geometry.position_mm((k, 0, 0)), k * NORMAL, atol=1e-5)


def test_frames_that_lean_are_refused(tmp_path: Path, ct: FileDataset) -> None:
    leaning = NORMAL + 0.2 * np.array(COSINES[:3])
    with pytest.raises(BadImage, match=r"found them shifted sideways \(11.3° off it"):
        dicom(saved(tmp_path, enhanced(ct, [k * leaning for k in range(4)])))


def test_the_slope_of_each_frame_is_its_own(tmp_path: Path, ct: FileDataset) -> None:
    enhanced(ct, [k * NORMAL for k in range(2)])
    for slope, frame in zip((1.0, 0.5), ct.PerFrameFunctionalGroupsSequence, strict=True):
        item = Dataset()
        item.RescaleSlope, item.RescaleIntercept, item.RescaleType = slope, -1024.0, "HU"
        frame.PixelValueTransformationSequence = [item]
    stored = ct.pixel_array
    image = dicom(saved(tmp_path, ct))
    np.testing.assert_allclose(image.pixels[0], stored[0] - 1024.0)
    np.testing.assert_allclose(image.pixels[1], stored[1] * 0.5 - 1024.0)


def test_the_frames_of_a_dose_lie_at_its_grid_offsets(pydicom_files: Path) -> None:
    path = pydicom_files / "rtdose.dcm"
    dataset = pydicom.dcmread(path)
    image = dicom(path)
    first = np.array(dataset.ImagePositionPatient, float)
    for frame, offset in enumerate(dataset.GridFrameOffsetVector):
        expected = first + np.array([0.0, 0.0, float(offset)])  # its rows and columns run along x and y
        np.testing.assert_allclose(image.geometry.position_mm((frame, 0, 0)), expected)


def test_a_cine_loop_is_refused_as_a_series_in_time(pydicom_files: Path) -> None:
    with pytest.raises(BadImage, match=r"found 30 frames that follow each other in time \(FrameTime\)"):
        dicom(pydicom_files / "examples_ybr_color.dcm")

"""A series of files as one volume: what its values are, what is left out, and what is said in a refusal."""

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from dicom_files import stacked
from dicom_series import packed, series_of, written
from numpy.typing import NDArray
from pydicom.dataset import FileDataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    RLELossless,
)

from coronal import BadImage, Meaning, ReadLimits, UnknownFormat
from coronal_formats.readers.dicom.reader import dicom
from coronal_formats.readers.zipped import zipped

DIRECTORIES = "dicomdirtests"
PATIENT = {
    "PatientName": "Doe^Jane",
    "PatientID": "4711",
    "StudyDate": "20011224",
    "SeriesDescription": "Doe",
}


def ramp(slices: int = 5, dtype: type = np.int16) -> NDArray[np.generic]:
    """Make planes that are no mirror of themselves, each 100 above the last."""
    plane = np.arange(12).reshape(3, 4)
    return np.stack([plane + 100 * z for z in range(slices)]).astype(dtype)


def changed(number: int, **elements: object) -> Callable[[list[FileDataset]], None]:
    """Return what gives a slice other elements."""

    def change(datasets: list[FileDataset]) -> None:
        for keyword, value in elements.items():
            setattr(datasets[number], keyword, value)

    return change


def test_a_series_of_pydicom_is_read_as_simpleitk_reads_it(pydicom_files: Path, tmp_path: Path) -> None:
    folder = pydicom_files / DIRECTORIES / "98892001"
    image = zipped(zip_of(tmp_path, [*(folder / "CT5N").iterdir(), *(folder / "CT2N").iterdir()]))
    assert image.remarks == ("left out: 2 × localizer",)
    direct = sitk.ReadImage(sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder / "CT5N")))
    np.testing.assert_array_equal(image.pixels, sitk.GetArrayFromImage(direct))
    assert (image.meaning, image.modality, image.pixels.dtype) == (Meaning.HOUNSFIELD, "CT", np.int16)
    np.testing.assert_allclose(image.spacing_mm, direct.GetSpacing()[::-1], atol=1e-6)
    for index in [(0, 0, 0), (15, 0, 0), (0, 15, 0), (0, 0, 4)]:
        theirs = direct.TransformIndexToPhysicalPoint(index)
        np.testing.assert_allclose(image.geometry.position_mm(index[::-1]), theirs, atol=1e-5)


@pytest.mark.parametrize(
    ("folder", "found"),
    [
        (
            "77654033/CT2",
            "161 missing of 165, the first between slices 1 and 2: 202.5 mm instead of 1.25",
        ),
        ("98892003/MR700", r"must have one orientation, found 7 in 7 directions \(4 sagittal, 3 coronal by"),
        (
            "98892003/MR2",
            r"found 3: series 2 \(MR, 3 images\), series 2 \(MR, 3 images\), series 2 \(MR, 1 image\); s",
        ),
        ("98892001/CT2N", r"found 2 in 2 directions \(1 sagittal, 1 coronal by the nearest plane\)"),
        ("TINY_ALPHA", "must hold an image, found none: 50 × CT Image Storage, 1 × Media Storage Directory"),
    ],
)
def test_what_is_no_volume_among_the_files_of_pydicom_is_reported(
    pydicom_files: Path, tmp_path: Path, folder: str, found: str
) -> None:
    files = [path for path in (pydicom_files / DIRECTORIES / folder).rglob("*") if path.is_file()]
    with pytest.raises(BadImage, match=found):
        zipped(zip_of(tmp_path, files))


def zip_of(folder: Path, files: Sequence[Path]) -> Path:
    path = folder / "series.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, f"{file.parent.name}/{file.name}")
    return path


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED], ids=["stored", "deflated"])
@pytest.mark.parametrize(
    "syntax",
    [ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian],
    ids=lambda uid: uid.name,
)
def test_slices_are_read_in_any_encoding(tmp_path: Path, syntax: pydicom.uid.UID, method: int) -> None:
    datasets = series_of(ramp())
    for dataset in datasets:
        dataset.file_meta.TransferSyntaxUID = syntax
        if not syntax.is_little_endian:
            dataset.PixelData = np.frombuffer(dataset.PixelData, "<i2").astype(">i2").tobytes()
    image = zipped(packed(tmp_path, datasets, [3, 1, 4, 0, 2], method))
    np.testing.assert_array_equal(image.pixels, ramp())
    assert image.spacing_mm == (2.5, 0.5, 0.75)


def test_compressed_slices_are_decoded(tmp_path: Path, pydicom_files: Path) -> None:
    slices = [pydicom.dcmread(pydicom_files / "MR_small_RLE.dcm") for _ in range(3)]
    for z, dataset in enumerate(slices):
        dataset.ImagePositionPatient = [0, 0, 3 * z]
        dataset.SOPInstanceUID = f"1.2.{z}"
    assert slices[0].file_meta.TransferSyntaxUID == RLELossless
    image = zipped(packed(tmp_path, slices))
    alone = dicom(pydicom_files / "MR_small.dcm")
    np.testing.assert_array_equal(image.pixels, [alone.pixels] * 3)


@pytest.mark.parametrize(
    ("elements", "values", "dtype"),
    [
        ([{"RescaleSlope": 1, "RescaleIntercept": -1024}] * 3, lambda z, stored: stored - 1024, np.int16),
        (
            [{"RescaleSlope": 0.5 + z, "RescaleIntercept": 1} for z in range(3)],
            lambda z, stored: stored * (0.5 + z) + 1,
            np.float32,
        ),
        (
            [{"RescaleSlope": 1 + 999 * z, "RescaleIntercept": 0} for z in range(3)],
            lambda z, stored: stored * (1 + 999 * z),
            np.int32,
        ),
    ],
    ids=["one", "of each slice", "whole, of each slice"],
)
def test_each_slice_has_the_values_of_its_own_rescale(
    tmp_path: Path,
    elements: Sequence[dict[str, float]],
    values: Callable[..., NDArray[np.generic]],
    dtype: type,
) -> None:
    datasets = series_of(ramp(3), RescaleType="US")
    for dataset, own in zip(datasets, elements, strict=True):
        dataset.update(own)
        for keyword, number in own.items():
            setattr(dataset, keyword, number)
    image = zipped(packed(tmp_path, datasets, [2, 0, 1]))
    assert image.pixels.dtype == dtype
    for z, plane in enumerate(ramp(3).astype(float)):
        np.testing.assert_allclose(image.pixels[z], values(z, plane))
        (tmp_path / "one.dcm").write_bytes(written(datasets[z]))
        np.testing.assert_array_equal(image.pixels[z], dicom(tmp_path / "one.dcm").pixels)


def test_padding_holds_the_least_value_of_the_whole_volume_and_a_slice_may_be_all_padding(
    tmp_path: Path,
) -> None:
    volume = ramp(4)
    volume[0], volume[2, 0, 0] = -2000, -2000
    image = zipped(packed(tmp_path, series_of(volume, PixelPaddingValue=-2000)))
    expected = np.where(volume == -2000, 100, volume)
    np.testing.assert_array_equal(image.pixels, expected)
    np.testing.assert_array_equal(image.valid, volume != -2000)
    with pytest.raises(BadImage, match="found padding alone"):
        zipped(packed(tmp_path, series_of(np.full((2, 3, 4), -2000, np.int16), PixelPaddingValue=-2000)))


def test_colours_have_their_channels_last(tmp_path: Path) -> None:
    volume = np.random.default_rng(0).integers(0, 255, (3, 4, 6, 3)).astype(np.uint8)
    image = zipped(packed(tmp_path, series_of(volume, SamplesPerPixel=3), [1, 2, 0]))
    assert (image.axes, image.meaning) == ("zyxc", Meaning.COLOUR)
    np.testing.assert_array_equal(image.pixels, volume)


def test_where_0_is_white_all_slices_are_turned_round_alike(tmp_path: Path) -> None:
    datasets = series_of(ramp(3), bits=12, PhotometricInterpretation="MONOCHROME1")
    image = zipped(packed(tmp_path, datasets))
    np.testing.assert_array_equal(image.pixels, -1 - ramp(3))
    datasets[1].RescaleSlope, datasets[1].RescaleIntercept = 2, 0
    with pytest.raises(
        BadImage, match=r"one rescale and number of bits where 0 is white \(MONOCHROME1\), found sev"
    ):
        zipped(packed(tmp_path, datasets))


def test_a_label_map_is_read_as_its_numbers(tmp_path: Path) -> None:
    volume = ramp(3) % 7
    datasets = series_of(volume, PixelPaddingValue=0)
    np.testing.assert_array_equal(zipped.read_labels(packed(tmp_path, datasets, [2, 1, 0])).pixels, volume)


def test_what_is_no_image_is_left_out_and_named_by_its_kind(tmp_path: Path, pydicom_files: Path) -> None:
    others = {
        "DICOMDIR": (pydicom_files / DIRECTORIES / "DICOMDIR").read_bytes(),
        "Doe": (pydicom_files / "reportsi.dcm").read_bytes(),
        "viewer.exe": b"MZ" + bytes(1000),
        "raw": bytes.fromhex("08000500") * 200,  # begins like a DICOM file, by chance
    }
    image = zipped(packed(tmp_path, series_of(ramp()), **others))
    np.testing.assert_array_equal(image.pixels, ramp())
    (remark,) = image.remarks
    kinds = ("2 × file of another format", "1 × Media Storage Directory Storage", "1 × Basic Text SR Storage")
    assert remark == f"left out: {', '.join(kinds)}"


def test_one_file_in_a_zip_is_read_as_it_is_alone(tmp_path: Path) -> None:
    frames = ramp(3, np.uint16)
    enhanced = stacked(frames, [(1.0, 2.0, 3.0 * z) for z in (2, 0, 1)])
    image = zipped(packed(tmp_path, [enhanced], notes=b"of no format"))
    (tmp_path / "alone.dcm").write_bytes(written(enhanced))
    alone = dicom(tmp_path / "alone.dcm")
    np.testing.assert_array_equal(image.pixels, alone.pixels)
    assert image.geometry == alone.geometry
    assert image.remarks == ("left out: 1 × file of another format",)


def sideways(datasets: list[FileDataset]) -> None:
    for z, dataset in enumerate(datasets):
        dataset.ImagePositionPatient = [0, 0.6 * z, 2.5 * z]
        dataset.GantryDetectorTilt = -13.5


def turned(datasets: list[FileDataset]) -> None:
    for dataset in datasets[3:]:
        dataset.ImageOrientationPatient = [0, 1, 0, 0, 0, -1]


def twice(datasets: list[FileDataset]) -> None:
    datasets.append(datasets[2])


def echoes(datasets: list[FileDataset]) -> None:
    for z, dataset in enumerate(datasets):
        dataset.ImagePositionPatient = [0, 0, 2.5 * (z // 2)]
        dataset.EchoTime = 10 + z % 2


def other_series(datasets: list[FileDataset]) -> None:
    for dataset in datasets[:2]:
        dataset.SeriesInstanceUID, dataset.SeriesNumber, dataset.Modality = "1.2.9", 7, "CT"


def uneven(datasets: list[FileDataset]) -> None:
    for z, dataset in enumerate(datasets):
        dataset.ImagePositionPatient = [0, 0, z**1.5]


def in_frames(datasets: list[FileDataset]) -> None:
    datasets[0].NumberOfFrames = 2
    datasets[0].PixelData *= 2


def without_position(datasets: list[FileDataset]) -> None:
    del datasets[1].ImagePositionPatient


def smaller(datasets: list[FileDataset]) -> None:
    datasets[4].Rows, datasets[4].PixelData = 2, datasets[4].PixelData[:16]


def missing(datasets: list[FileDataset]) -> None:
    del datasets[2]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (missing, "found 1 missing of 5, the first between slices 2 and 3: 5 mm instead of 2.5$"),
        (uneven, "must have even distances, found 1 to 2.804 mm: resample them to even ones"),
        (twice, "a place of their own, found 6 at 5 places, 1 of them copies of others"),
        (echoes, r"found 5 at 3 places that differ in EchoTime \(2\): send one for e"),
        (turned, r"found 5 in 2 directions \(3 transverse, 2 sagittal by the nearest plane"),
        (sideways, r"sideways \(13.5° off it, 0.00 mm off a line, gantry tilt 13.5°\): resample"),
        (changed(1, ImagePositionPatient=[4, 2, 5.5]), r"sideways \(0.0° off it, 3.00 mm off a line\)"),
        (smaller, r"the same rows and columns, found 3 × 4 \(4\), 2 × 4 \(1\): send those of one"),
        (changed(2, PixelSpacing=[0.5, 0.8]), r"spacing, found 0.5 × 0.75 mm \(4\), 0.5 × 0.8 mm \(1\)"),
        (changed(2, PixelSpacing=None), r"spacing, found 0.5 × 0.75 mm \(4\), unknown \(1\)"),
        (changed(2, PhotometricInterpretation="MONOCHROME1"), r"found intensity \(4\), intensity, 0 as"),
        (without_position, r"position and an orientation in the patient, .* found 1 of 5 without: send"),
        (changed(0, ImageOrientationPatient=[1, 0, 0, 1, 0, 0]), "found 1 of 5 without"),
        (other_series, r"one series, found 2: series 4 \(MR, 3 images\), series 7 \(CT, 2 images\); send"),
        (in_frames, "or be one file, found 1 of 5 with several frames, tiles or segments: send each"),
        (changed(3, ImageType=["ORIGINAL", "PRIMARY", "M", "MOSAIC"]), "found a mosaic"),
        (changed(3, BitsStored=17), "bits allocated"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)  # fmt: skip
def test_what_is_no_even_stack_is_refused_with_what_was_found(
    tmp_path: Path, change: Callable[[list[FileDataset]], None], found: str
) -> None:
    datasets = series_of(ramp(), **PATIENT)
    change(datasets)
    with pytest.raises(BadImage, match=found) as refused:
        zipped(packed(tmp_path, datasets, list(range(len(datasets)))[::-1]))
    private = ("Doe", "4711", "2001", "1.2.3", "IM0")
    assert [text for text in private if text in str(refused.value)] == []


def test_ct_with_and_without_hounsfield_units_is_not_mixed(tmp_path: Path) -> None:
    datasets = series_of(ramp(), Modality="CT", RescaleSlope=1, RescaleIntercept=-1024)
    del datasets[1].RescaleSlope, datasets[1].RescaleIntercept
    with pytest.raises(
        BadImage, match=r"the same kind of pixels, found HU \(4\), intensity \(1\): send those of one"
    ):
        zipped(packed(tmp_path, datasets))


def test_a_volume_over_the_limit_is_refused_before_memory_is_taken(tmp_path: Path) -> None:
    path = packed(tmp_path, series_of(ramp()))
    assert zipped(path, ReadLimits(max_values=60)).shape == (5, 3, 4)
    with pytest.raises(BadImage, match="a DICOM series may have at most 59 values, found 5 × 3 × 4"):
        zipped(path, ReadLimits(max_values=59))


def test_a_zip_that_inflates_to_far_more_than_its_size_is_refused(tmp_path: Path) -> None:
    datasets = series_of(np.zeros((3, 4096, 4096), np.uint16))
    with pytest.raises(BadImage, match=r"may inflate to .* found 100,"):
        zipped(packed(tmp_path, datasets))


def test_a_truncated_slice_is_refused(tmp_path: Path) -> None:
    datasets = series_of(ramp())
    datasets[2].PixelData = datasets[2].PixelData[:-4]
    with pytest.raises(
        BadImage, match="must hold 24 bytes of pixels by its header, found 20: it is truncated"
    ):
        zipped(packed(tmp_path, datasets))


def test_a_series_beside_another_header_is_two_images(tmp_path: Path) -> None:
    nhdr = b"NRRD0005\ntype: short\ndimension: 2\nsizes: 4 4\nendian: little\nencoding: raw\ndata file: a\n\n"
    with pytest.raises(BadImage, match="found 2 headers"):
        zipped(packed(tmp_path, series_of(ramp()), header=nhdr, a=bytes(32)))


def test_data_files_that_begin_like_dicom_by_chance_are_no_series(tmp_path: Path) -> None:
    path = tmp_path / "pair.zip"
    raw = bytes.fromhex("08000500") * 300
    with zipfile.ZipFile(path, "w") as archive:
        header = "NRRD0005\ntype: short\ndimension: 2\nsizes: 30 20\nendian: little\nencoding: raw\n"
        archive.writestr("a.nhdr", header + "data file: a.raw\n\n")
        archive.writestr("a.raw", raw)
    assert zipped(path).pixels[0, :2].tolist() == [8, 5]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.raw", raw)
    with pytest.raises(UnknownFormat):
        zipped(path)


def test_files_without_preamble_are_slices_too(tmp_path: Path) -> None:
    path = tmp_path / "series.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for z, dataset in enumerate(series_of(ramp(), SpecificCharacterSet="ISO_IR 100")):
            content = written(dataset)
            archive.writestr(str(z), content[content.index(b"\x08\x00\x05\x00CS") :])
    np.testing.assert_array_equal(zipped(path).pixels, ramp())

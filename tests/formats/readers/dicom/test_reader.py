from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import FileDataset
from pydicom.pixels.processing import apply_rescale
from pydicom.pixels.utils import pixel_array

from coronal import BadImage, Meaning
from coronal_formats.readers.dicom.reader import dicom


@pytest.fixture
def ct(pydicom_files: Path) -> FileDataset:
    return pydicom.dcmread(pydicom_files / "CT_small.dcm")


def saved(folder: Path, dataset: FileDataset) -> Path:
    path = folder / "changed.dcm"
    dataset.save_as(path)
    return path


def test_ct_comes_in_hounsfield_units_exactly_and_small(pydicom_files: Path, ct: FileDataset) -> None:
    image = dicom(pydicom_files / "CT_small.dcm")
    assert (image.modality, image.meaning, image.pixels.dtype) == ("CT", Meaning.HOUNSFIELD, np.int16)
    np.testing.assert_array_equal(image.pixels, apply_rescale(ct.pixel_array, ct))
    assert image.pixels.min() < -800  # air


def test_a_fractional_slope_gives_float32(tmp_path: Path, ct: FileDataset) -> None:
    ct.RescaleSlope = 0.25
    image = dicom(saved(tmp_path, ct))
    assert image.pixels.dtype == np.float32
    np.testing.assert_allclose(image.pixels, apply_rescale(ct.pixel_array, ct), rtol=1e-6)


@pytest.mark.parametrize(
    ("element", "value"), [("RescaleType", "US"), ("ImageType", ["ORIGINAL", "PRIMARY", "LOCALIZER"])]
)
def test_ct_that_is_no_hounsfield_says_so(
    tmp_path: Path, ct: FileDataset, element: str, value: object
) -> None:
    setattr(ct, element, value)
    assert dicom(saved(tmp_path, ct)).meaning is Meaning.INTENSITY


def test_monochrome1_is_turned_round_within_the_stored_bits(tmp_path: Path, pydicom_files: Path) -> None:
    mr = pydicom.dcmread(pydicom_files / "MR_small.dcm")
    stored = mr.pixel_array.copy()
    mr.PhotometricInterpretation = "MONOCHROME1"
    np.testing.assert_array_equal(dicom(saved(tmp_path, mr)).pixels, -1 - stored)
    mr.PixelRepresentation, mr.BitsStored, mr.HighBit = 0, 12, 11
    np.testing.assert_array_equal(dicom(saved(tmp_path, mr)).pixels, 4095 - stored.astype(np.int32))


def test_hounsfield_units_are_never_turned_round(tmp_path: Path, ct: FileDataset) -> None:
    expected = apply_rescale(ct.pixel_array, ct)
    ct.PhotometricInterpretation = "MONOCHROME1"
    np.testing.assert_array_equal(dicom(saved(tmp_path, ct)).pixels, expected)


@pytest.mark.parametrize(
    "name",
    [
        "SC_rgb_rle.dcm",
        "SC_rgb_jpeg_dcmtk.dcm",
        "SC_ybr_full_422_uncompressed.dcm",
        "SC_rgb_dcmtk_+eb+cy+s2.dcm",
        "SC_rgb_gdcm_KY.dcm",
        "SC_rgb_jls_lossy_line.dcm",
        "SC_rgb_jpeg_gdcm.dcm",
    ],
)
def test_bars_of_known_colours_are_red_green_and_blue_in_every_encoding(
    pydicom_files: Path, name: str
) -> None:
    # The file's own description: bars of red, green, blue and mixtures of them, from the top.
    image = dicom(pydicom_files / name)
    assert (image.axes, image.meaning) == ("yxc", Meaning.COLOUR)
    for row, colour in ((5, (255, 0, 0)), (25, (0, 255, 0)), (45, (0, 0, 255))):
        np.testing.assert_allclose(image.pixels[row, 50].astype(int), colour, atol=8)


def test_a_palette_becomes_rgb(pydicom_files: Path) -> None:
    path = pydicom_files / "examples_palette.dcm"
    image = dicom(path)
    dataset = pydicom.dcmread(path)
    red = np.frombuffer(dataset.RedPaletteColorLookupTableData, np.uint16)
    index = dataset.pixel_array[100, 200]
    assert image.meaning is Meaning.COLOUR
    assert image.pixels[100, 200, 0] == red[index]


@pytest.mark.parametrize(
    "name", ["MR_small_RLE.dcm", "MR_small_jp2klossless.dcm", "MR_small_jpeg_ls_lossless.dcm"]
)
def test_lossless_encodings_equal_the_uncompressed_file(pydicom_files: Path, name: str) -> None:
    plain = dicom(pydicom_files / "MR_small.dcm")
    image = dicom(pydicom_files / name)
    np.testing.assert_array_equal(image.pixels, plain.pixels)
    assert image.geometry == plain.geometry


def test_jpeg_of_12_bits_shows_what_jpeg_2000_shows_of_the_same_scan(pydicom_files: Path) -> None:
    lossy = dicom(pydicom_files / "JPEG-lossy.dcm").pixels
    other = dicom(pydicom_files / "JPEG2000.dcm").pixels
    assert np.corrcoef(lossy.ravel(), other.ravel())[0, 1] > 0.95


def test_big_endian_and_implicit_files_equal_the_little_endian_one(pydicom_files: Path) -> None:
    plain = dicom(pydicom_files / "MR_small.dcm").pixels
    for name in ("MR_small_bigendian.dcm", "MR_small_implicit.dcm", "MR_small_expb.dcm"):
        np.testing.assert_array_equal(dicom(pydicom_files / name).pixels, plain)


@pytest.mark.parametrize("is_implicit", [True, False])
def test_a_file_without_preamble_and_meta_is_read(
    tmp_path: Path, pydicom_files: Path, is_implicit: bool
) -> None:
    mr = pydicom.dcmread(pydicom_files / ("MR_small_implicit.dcm" if is_implicit else "MR_small.dcm"))
    path = tmp_path / "bare.dcm"
    with path.open("wb") as file:
        pydicom.filewriter.write_dataset(_writer(file, is_implicit), pydicom.Dataset(mr))
    assert dicom.spec.knows(path.read_bytes()[:512])
    np.testing.assert_array_equal(dicom(path).pixels, mr.pixel_array)


def _writer(file: object, is_implicit: bool) -> object:
    writer = pydicom.filebase.DicomFileLike(file)
    writer.is_implicit_VR, writer.is_little_endian = is_implicit, True
    return writer


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("rtplan.dcm", r"found none: its SOP class is RT Plan Storage \(modality RTPLAN\)"),
        ("reportsi.dcm", r"Basic Text SR Storage \(modality SR\)"),
        ("MR_truncated.dcm", "must hold 8192 bytes of pixels by its header, found 8130"),
        ("nested_priv_SQ.dcm", "found no Rows"),
    ],
)
def test_a_file_without_an_image_says_what_it_is(pydicom_files: Path, name: str, words: str) -> None:
    with pytest.raises(BadImage, match=words):
        dicom(pydicom_files / name)


def test_a_video_is_refused_by_the_name_of_its_transfer_syntax(tmp_path: Path, ct: FileDataset) -> None:
    ct.file_meta.TransferSyntaxUID = pydicom.uid.MPEG2MPML
    ct.PixelData = pydicom.encaps.encapsulate([b"\0\0"])
    ct["PixelData"].VR = "OB"
    with pytest.raises(BadImage, match="transfer syntax that is read, found MPEG2"):
        dicom(saved(tmp_path, ct))


def test_a_patients_name_is_in_no_message(tmp_path: Path, ct: FileDataset) -> None:
    with pydicom.config.disable_value_validation():
        ct.PatientName, ct.Modality = "Doe^Jane", "Jane Doe"
    del ct.PixelData
    with pytest.raises(BadImage) as caught:
        dicom(saved(tmp_path, ct))
    assert "Doe" not in str(caught.value)


def test_a_dose_comes_in_gray(pydicom_files: Path) -> None:
    path = pydicom_files / "rtdose.dcm"
    dataset = pydicom.dcmread(path)
    expected = pixel_array(dataset) * float(dataset.DoseGridScaling)
    np.testing.assert_allclose(dicom(path).pixels, expected, rtol=1e-6)

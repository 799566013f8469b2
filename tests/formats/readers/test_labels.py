"""The numbers of files that hold labels: each as it is stored, or a word about why not."""

from pathlib import Path

import nibabel
import numpy as np
import PIL.Image
import pydicom
import pytest
import tifffile
from pydicom.data import get_testdata_file

from coronal import BadImage, Meaning
from coronal_formats.readers.dicom.reader import dicom
from coronal_formats.readers.nifti.reader import nifti
from coronal_formats.readers.photographs.jpeg import jpeg
from coronal_formats.readers.photographs.png import png
from coronal_formats.readers.tiff.reader import tiff

LABELS = np.zeros((40, 40), np.uint8)
LABELS[5:15, 5:15], LABELS[20:30, 20:35] = 1, 2
COLOURS = [0, 0, 0, 255, 0, 0, 0, 255, 0]


def palette(bits: int = 8) -> PIL.Image.Image:
    image = PIL.Image.fromarray(LABELS, "P")
    image.putpalette(COLOURS + [0] * (3 * 2**bits - len(COLOURS)))
    return image


@pytest.mark.parametrize("bits", [2, 4, 8])
def test_of_a_png_with_a_palette_the_index_is_the_label(tmp_path: Path, bits: int) -> None:
    path = tmp_path / "labels.png"
    palette(bits).save(path, bits=bits)
    image = png.read_labels(path)
    assert (image.axes, image.meaning) == ("yx", Meaning.INDEX)
    np.testing.assert_array_equal(image.pixels, LABELS)
    assert png(path).meaning is Meaning.COLOUR


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_grey_of_few_bits_is_not_stretched_to_8(tmp_path: Path, bits: int) -> None:
    labels = np.minimum(LABELS, 2**bits - 1)
    PIL.Image.fromarray(labels).save(tmp_path / "labels.png", bits=bits)
    assert (tmp_path / "labels.png").read_bytes()[24] == bits
    np.testing.assert_array_equal(png.read_labels(tmp_path / "labels.png").pixels, labels)


def test_a_png_of_16_bits_keeps_its_numbers(tmp_path: Path) -> None:
    labels = LABELS.astype(np.uint16) * 30_000
    PIL.Image.fromarray(labels).save(tmp_path / "labels.png")
    np.testing.assert_array_equal(png.read_labels(tmp_path / "labels.png").pixels, labels)


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_of_a_tiff_with_a_palette_the_index_is_the_label(tmp_path: Path, compression: str | None) -> None:
    path = tmp_path / "labels.tif"
    palette().save(path, compression=compression)
    image = tiff.read_labels(path)
    assert (image.axes, image.meaning) == ("yx", Meaning.INDEX)
    np.testing.assert_array_equal(image.pixels, LABELS)


def test_a_stack_of_indices_is_a_volume_of_labels(tmp_path: Path) -> None:
    path = tmp_path / "labels.tif"
    colormap = np.zeros((3, 256), np.uint16)
    colormap[0, 1] = colormap[1, 2] = 65535
    stack = np.stack([LABELS, LABELS.T])
    tifffile.imwrite(path, stack, photometric="palette", colormap=colormap)
    np.testing.assert_array_equal(tiff.read_labels(path).pixels, stack)


@pytest.mark.parametrize("compression", ["jpeg", "jpeg2000", "jpegxl", "webp"])
def test_a_tiff_whose_compression_may_change_numbers_holds_no_labels(
    tmp_path: Path, compression: str
) -> None:
    path = tmp_path / "labels.tif"
    pixels = np.stack([LABELS] * 3, axis=-1) if compression == "webp" else LABELS
    tifffile.imwrite(path, pixels, compression=compression)
    with pytest.raises(BadImage, match="always keeps each number, such as deflate or LZW, found"):
        tiff.read_labels(path)


def test_a_tiff_of_several_bits_where_0_is_white_is_refused_and_one_of_one_bit_is_1_where_white(
    tmp_path: Path,
) -> None:
    path = tmp_path / "labels.tif"
    tifffile.imwrite(path, LABELS, photometric="miniswhite")
    with pytest.raises(BadImage, match="0 as black"):
        tiff.read_labels(path)
    tifffile.imwrite(path, LABELS == 0, photometric="miniswhite")
    np.testing.assert_array_equal(tiff.read_labels(path).pixels, LABELS > 0)


def test_jpeg_holds_no_labels(tmp_path: Path) -> None:
    path = tmp_path / "labels.jpg"
    PIL.Image.fromarray(LABELS).save(path)
    assert not jpeg.spec.keeps_labels
    with pytest.raises(BadImage, match="keeps each number, such as PNG, TIFF or NIfTI, found jpeg"):
        jpeg.read_labels(path)


def test_of_a_dicom_file_with_a_palette_the_index_is_the_label() -> None:
    path = Path(get_testdata_file("examples_palette.dcm"))
    image = dicom.read_labels(path)
    assert (image.axes, image.meaning) == ("yx", Meaning.INDEX)
    np.testing.assert_array_equal(image.pixels, pydicom.dcmread(path).pixel_array)


@pytest.mark.parametrize(
    "name", ["MR_small_RLE.dcm", "MR_small_jpeg_ls_lossless.dcm", "MR_small_jp2klossless.dcm"]
)
def test_a_dicom_file_that_is_compressed_without_loss_keeps_its_numbers(name: str) -> None:
    plain = dicom(Path(get_testdata_file("MR_small.dcm"))).pixels
    np.testing.assert_array_equal(dicom.read_labels(Path(get_testdata_file(name))).pixels, plain)


@pytest.mark.parametrize("name", ["JPEG2000.dcm", "JPEG-lossy.dcm"])
def test_a_dicom_file_after_lossy_compression_holds_no_labels(name: str) -> None:
    with pytest.raises(BadImage, match="compressed in a lossy way, found the transfer syntax"):
        dicom.read_labels(Path(get_testdata_file(name)))


def test_a_dicom_file_that_says_it_was_compressed_lossy_before_holds_no_labels(tmp_path: Path) -> None:
    dataset = pydicom.dcmread(get_testdata_file("MR_small.dcm"))
    dataset.LossyImageCompression = "01"
    dataset.save_as(tmp_path / "labels.dcm")
    with pytest.raises(BadImage, match="lossy image compression 01"):
        dicom.read_labels(tmp_path / "labels.dcm")


def test_the_background_of_a_dicom_file_that_calls_it_padding_stays_0(tmp_path: Path) -> None:
    dataset = pydicom.dcmread(get_testdata_file("MR_small.dcm"))
    labels = (dataset.pixel_array > 500).astype(dataset.pixel_array.dtype)
    dataset.PixelData = labels.tobytes()
    dataset.add_new("PixelPaddingValue", "SS", 0)
    dataset.save_as(tmp_path / "labels.dcm")
    np.testing.assert_array_equal(dicom.read_labels(tmp_path / "labels.dcm").pixels, labels)


def test_a_dicom_file_where_0_is_white_holds_no_labels(tmp_path: Path) -> None:
    dataset = pydicom.dcmread(get_testdata_file("MR_small.dcm"))
    dataset.PhotometricInterpretation = "MONOCHROME1"
    dataset.save_as(tmp_path / "labels.dcm")
    with pytest.raises(BadImage, match="found MONOCHROME1"):
        dicom.read_labels(tmp_path / "labels.dcm")


def test_nifti_is_read_as_labels_as_it_is_as_an_image(tmp_path: Path) -> None:

    path = tmp_path / "labels.nii.gz"
    nibabel.save(nibabel.Nifti1Image(LABELS[np.newaxis].T.astype(np.float32), np.eye(4)), path)
    np.testing.assert_array_equal(nifti.read_labels(path).pixels, nifti(path).pixels)

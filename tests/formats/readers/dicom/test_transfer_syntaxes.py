"""A file of each transfer syntax holds the values that GDCM, through SimpleITK, decodes."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk

from coronal_formats.readers.dicom.reader import dicom

FILES = {
    "MR_small_implicit.dcm": "Implicit VR Little Endian",
    "MR_small.dcm": "Explicit VR Little Endian",
    "MR_small_bigendian.dcm": "Explicit VR Big Endian",
    "image_dfl.dcm": "Deflated Explicit VR Little Endian",
    "SC_rgb_jpeg_dcmtk.dcm": "JPEG Baseline (Process 1)",
    "JPGExtended.dcm": "JPEG Extended (Process 2 and 4)",
    "SC_rgb_jpeg_gdcm.dcm": "JPEG Lossless, Non-Hierarchical, First-Order Prediction "
    "(Process 14 [Selection Value 1])",
    "MR_small_jpeg_ls_lossless.dcm": "JPEG-LS Lossless Image Compression",
    "JPEGLSNearLossless_16.dcm": "JPEG-LS Lossy (Near-Lossless) Image Compression",
    "MR_small_jp2klossless.dcm": "JPEG 2000 Image Compression (Lossless Only)",
    "JPEG2000.dcm": "JPEG 2000 Image Compression",
    "MR_small_RLE.dcm": "RLE Lossless",
}


@pytest.mark.parametrize("name", FILES)
def test_values_are_those_that_gdcm_decodes(pydicom_files: Path, name: str) -> None:
    path = pydicom_files / name
    header = pydicom.dcmread(path, stop_before_pixels=True)
    assert header.file_meta.TransferSyntaxUID.name == FILES[name]
    image = dicom(path)
    theirs = sitk.GetArrayFromImage(sitk.ReadImage(str(path)))
    np.testing.assert_array_equal(image.pixels, theirs.reshape(image.pixels.shape))


def test_the_documentation_names_each_file_and_its_transfer_syntax() -> None:
    text = (Path(__file__).parents[4] / "docs/formats.md").read_text()
    assert [name for name, syntax in FILES.items() if f"| {syntax} | `{name}`" not in text] == []

"""Small sound files, one of each kind that is read."""

import gzip
from io import BytesIO
from pathlib import Path

import nibabel
import numpy as np
import PIL.Image
import pydicom
import tifffile

from coronal import Reader
from coronal_formats.readers.dicom import dicom
from coronal_formats.readers.jpeg import jpeg
from coronal_formats.readers.nifti import nifti
from coronal_formats.readers.png import png
from coronal_formats.readers.tiff import tiff

__all__ = ["samples"]


def samples() -> dict[str, tuple[Reader, bytes]]:
    """Give the reader and the bytes of each, by name."""
    grey = np.random.default_rng(1).integers(0, 256, (24, 20), np.uint8)
    volume = np.random.default_rng(2).integers(0, 999, (3, 10, 12)).astype(np.int16)
    encoded = nibabel.Nifti1Image(volume, np.eye(4)).to_bytes()
    test_files = Path(pydicom.__file__).parent / "data" / "test_files"
    return {
        "png": (png, _pillow(grey, "PNG")),
        "jpeg": (jpeg, _pillow(grey, "JPEG")),
        "progressive-jpeg": (jpeg, _pillow(grey, "JPEG", progressive=True)),
        "tiff": (tiff, _tiff(volume, photometric="minisblack")),
        "tiff-lzw": (tiff, _tiff(volume, photometric="minisblack", compression="lzw")),
        "tiff-ome": (tiff, _tiff(volume, ome=True, metadata={"axes": "ZYX", "PhysicalSizeX": 1.0})),
        "tiff-imagej": (tiff, _tiff(volume.astype(np.uint16), imagej=True, metadata={"axes": "ZYX"})),
        "nifti": (nifti, encoded),
        "nifti-gz": (nifti, gzip.compress(encoded, mtime=0)),
        "dicom": (dicom, (test_files / "MR_small.dcm").read_bytes()),
        "dicom-jpeg2000": (dicom, (test_files / "MR_small_jp2klossless.dcm").read_bytes()),
        "dicom-jpeg-ls": (dicom, (test_files / "MR_small_jpeg_ls_lossless.dcm").read_bytes()),
        "dicom-rle": (dicom, (test_files / "MR_small_RLE.dcm").read_bytes()),
        "dicom-jpeg-lossless": (dicom, (test_files / "SC_rgb_jpeg_gdcm.dcm").read_bytes()),
        "dicom-dose": (dicom, (test_files / "rtdose.dcm").read_bytes()),
    }


def _pillow(grey: np.ndarray, kind: str, **options: object) -> bytes:
    buffer = BytesIO()
    PIL.Image.fromarray(grey).save(buffer, kind, **options)
    return buffer.getvalue()


def _tiff(array: np.ndarray, **options: object) -> bytes:
    buffer = BytesIO()
    tifffile.imwrite(buffer, array, **options)
    return buffer.getvalue()

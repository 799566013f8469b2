"""Small sound files, one of each kind that is read."""

import bz2
import gzip
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import nibabel
import numpy as np
import PIL.Image
import pydicom
import tifffile

from coronal import Reader
from coronal_formats.readers.dicom.reader import dicom
from coronal_formats.readers.metaimage.reader import metaimage
from coronal_formats.readers.nifti.reader import nifti
from coronal_formats.readers.nrrd.reader import nrrd
from coronal_formats.readers.photographs.jpeg import jpeg
from coronal_formats.readers.photographs.png import png
from coronal_formats.readers.tiff.reader import tiff
from coronal_formats.readers.zipped import zipped

__all__ = ["samples"]


_MHA = (
    b"ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\n"
    b"TransformMatrix = 0 1 0 0 0 1 1 0 0\nOffset = 1 2 3\nElementSpacing = 0.5 0.75 2\nDimSize = 12 10 3\n"
    b"ElementType = MET_SHORT\n"
)
_COMPRESSED = b"CompressedData = True\nElementDataFile = "
_NRRD = (
    b"NRRD0005\ntype: short\ndimension: 3\nspace: right-anterior-superior\nsizes: 12 10 3\n"
    b"space directions: (0,0.5,0) (0,0,0.75) (2,0,0)\nkinds: domain domain domain\nendian: little\n"
    b"space origin: (1,2,3)\n"
)


def samples() -> dict[str, tuple[Reader, bytes]]:
    """Return the reader and the bytes of each, by name."""
    grey = np.random.default_rng(1).integers(0, 256, (24, 20), np.uint8)
    volume = np.random.default_rng(2).integers(0, 999, (3, 10, 12)).astype(np.int16)
    encoded = nibabel.Nifti1Image(volume, np.eye(4)).to_bytes()
    raw = volume.tobytes()
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
        "nifti-pair": (zipped, _pair(volume)),
        "metaimage": (metaimage, _MHA + b"ElementDataFile = LOCAL\n" + raw),
        "metaimage-compressed": (metaimage, _MHA + _COMPRESSED + b"LOCAL\n" + zlib.compress(raw)),
        "metaimage-in-two": (
            zipped,
            _zip({"a.mhd": _MHA + _COMPRESSED + b"a.zraw\n", "a.zraw": zlib.compress(raw)}),
        ),
        "nrrd": (nrrd, _NRRD + b"encoding: raw\n\n" + raw),
        "nrrd-gzip": (nrrd, _NRRD + b"encoding: gzip\n\n" + gzip.compress(raw, mtime=0)),
        "nrrd-bzip2": (nrrd, _NRRD + b"encoding: bzip2\n\n" + bz2.compress(raw)),
        "nrrd-in-two": (zipped, _zip({"a.nhdr": _NRRD + b"encoding: raw\ndata file: a.raw\n", "a.raw": raw})),
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


def _pair(volume: np.ndarray) -> bytes:
    pair = nibabel.Nifti1Pair(volume, np.eye(4))
    return _zip({f"a.{name}": content for name, content in _in_two(pair).items()})


def _in_two(pair: nibabel.Nifti1Pair) -> dict[str, bytes]:
    holders = pair.make_file_map({"header": BytesIO(), "image": BytesIO()})
    pair.to_file_map(holders)
    return {"hdr": holders["header"].fileobj.getvalue(), "img": holders["image"].fileobj.getvalue()}


def _zip(files: dict[str, bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()

#!/usr/bin/env bash
# What stands above the stored bits of a DICOM pixel becomes value in one compression and not in another.
#
# Guess: -1000 HU in 12 stored bits, with a sign, is -1000 whether the same cells of 16 bits are native, in RLE, in JPEG-LS
#   or in JPEG 2000: the bits above HighBit are no part of the value.
# Seen: pydicom 3.0.2 gives -1000 for native and RLE, and 3096 for JPEG-LS and JPEG 2000 streams of 16 bits. With other
#   bits above, unsigned 3096 stays 3096 in native and RLE and is 44056 in JPEG-LS and JPEG 2000. GDCM (SimpleITK 2.5.7)
#   cuts JPEG-LS, and not unsigned JPEG 2000. Both read a cell whose HighBit is 15 as if it were 11
#   (imagecodecs 2026.3.6, Debian 12, Python 3.11, x86-64).
# Source: PS3.5, 8.1.1. pydicom/pixels/decoders/base.py, DecodeRunner.__init__: correct_unused_bits is set for other transfer
#   syntaxes than JPEG-LS and JPEG 2000, which correct by the precision of the stream.
# Consequence: cut to BitsStored yourself, after any decoder.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check 'numpy==2.4.6' 'pydicom==3.0.2' \
    'pyjpegls==1.5.1' 'pylibjpeg==2.1.0' 'pylibjpeg-openjpeg==2.6.0' 'imagecodecs==2026.3.6' 'simpleitk==2.5.7'
"$folder/venv/bin/python" -W ignore - "$folder/made.dcm" <<'PY'
import sys

import imagecodecs
import numpy as np
import pydicom
import SimpleITK
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate

path = sys.argv[1]
SYNTAXES = {"native": "1.2.1", "RLE": "1.2.5", "JPEG-LS": "1.2.4.80", "JPEG 2000": "1.2.4.90"}


def read(kind, cells, is_signed, high_bit=11):
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = "1.2.840.10008.5.1.4.1.1.2", "1.2.3.4"
    file = FileDataset(None, {}, file_meta=meta, preamble=bytes(128))
    file.SOPClassUID, file.SOPInstanceUID = meta.MediaStorageSOPClassUID, "1.2.3.4"
    file.Rows, file.Columns, file.SamplesPerPixel, file.PhotometricInterpretation = 16, 16, 1, "MONOCHROME2"
    file.BitsAllocated, file.BitsStored, file.HighBit, file.PixelRepresentation = 16, 12, high_bit, int(is_signed)
    file.PixelData = cells.tobytes()
    file["PixelData"].VR = "OW"
    if kind == "RLE":
        file.compress("1.2.840.10008.1.2.5")
    elif kind != "native":
        encode = imagecodecs.jpegls_encode if kind == "JPEG-LS" else jpeg2000
        file.PixelData = encapsulate([bytes(encode(cells))])
        file["PixelData"].VR, file["PixelData"].is_undefined_length = "OB", True
        meta.TransferSyntaxUID = "1.2.840.10008." + SYNTAXES[kind]
    file.save_as(path)
    by_gdcm = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(path))
    return int(pydicom.dcmread(path).pixel_array[0, 0]), int(by_gdcm[0, 0, 0])


def jpeg2000(cells):
    return imagecodecs.jpeg2k_encode(cells, codecformat="j2k", reversible=True, level=0, bitspersample=16)


hounsfield = np.full((16, 16), -1000, np.int16).view(np.uint16) & 0x0FFF
for kind in SYNTAXES:
    by_pydicom, by_gdcm = read(kind, hounsfield, is_signed=True)
    print(f"-1000 in 12 bits with a sign, {kind}: pydicom {by_pydicom}, GDCM {by_gdcm}")
    assert by_pydicom == (-1000 if kind in ("native", "RLE") else 3096) and by_gdcm == -1000

dirty = np.full((16, 16), 0xA000 | 3096, np.uint16)
for kind in SYNTAXES:
    by_pydicom, by_gdcm = read(kind, dirty, is_signed=False)
    print(f"3096 with 0xA above it, {kind}: pydicom {by_pydicom}, GDCM {by_gdcm}")
    assert by_pydicom == (3096 if kind in ("native", "RLE") else 44056)
    assert by_gdcm == (44056 if kind == "JPEG 2000" else 3096)

high = np.full((16, 16), 3096 << 4 | 5, np.uint16)
found = read("native", high, is_signed=False, high_bit=15)
print("3096 below a HighBit of 15, with 5 beneath it: pydicom and GDCM", found)
assert found == ((3096 << 4 | 5) & 0x0FFF,) * 2
PY

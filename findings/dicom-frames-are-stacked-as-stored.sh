#!/usr/bin/env bash
# SimpleITK makes a volume of any DICOM file of several frames, in the order of the file: slices, times, film and tiles alike.
#
# Guess: an enhanced MR whose frames lie in the order they were acquired is sorted by ImagePositionPatient, and frames that
#   share their places (two times) aren't put on top of each other.
# Seen: frames 0, 2, 4, 1, 3 become neighbours as they are stored, with a spacing of 1 × 1 × 1 mm in place of 0.5 × 0.5 × 3,
#   and no warning; 3 slices at 2 times become 6 slices, 3 mm apart; 10 frames of a film, one every 33 ms, become 10 slices
#   of 1 mm; 4 tiles of a slide become 4 slices (SimpleITK 2.5.7, that is GDCM 3.2.5, Debian 12, Python 3.11, x86-64).
# Source: PS3.3, C.7.6.16.2.2 and C.7.6.17: the order of frames means nothing; C.7.6.5 (Cine); C.7.6.17.3 (TILED_FULL).
# Consequence: look at PlanePositionSequence, FrameIncrementPointer and TotalPixelMatrixRows before you take frames for z.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check 'numpy==2.4.6' 'pydicom==3.0.2' 'simpleitk==2.5.7'
"$folder/venv/bin/python" - "$folder/made.dcm" <<'PY'
import sys

import numpy as np
import SimpleITK
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset

path = sys.argv[1]


def items(**values):
    item = Dataset()
    for keyword, value in values.items():
        setattr(item, keyword, value)
    return [item]


def read(sop_class, pixels, **elements):
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = sop_class, "1.2.3.4"
    file = FileDataset(None, {}, file_meta=meta, preamble=bytes(128))
    file.SOPClassUID, file.SOPInstanceUID, file.NumberOfFrames = sop_class, "1.2.3.4", len(pixels)
    file.Rows, file.Columns, file.SamplesPerPixel, file.PhotometricInterpretation = 8, 8, 1, "MONOCHROME2"
    file.BitsAllocated, file.BitsStored, file.HighBit, file.PixelRepresentation = 16, 16, 15, 0
    for keyword, value in elements.items():
        setattr(file, keyword, value)
    file.PixelData = pixels.tobytes()
    file["PixelData"].VR = "OW"
    file.save_as(path)
    image = SimpleITK.ReadImage(path)
    corners = SimpleITK.GetArrayFromImage(image)[:, 0, 0].tolist()
    return image.GetSize(), image.GetSpacing(), corners


def planes(numbers):
    return np.stack([np.full((8, 8), number, np.uint16) for number in numbers])


def places(numbers):
    measures = items(PixelSpacing=[0.5, 0.5], SpacingBetweenSlices=3)
    orientation = items(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])
    return {
        "SharedFunctionalGroupsSequence": items(
            PixelMeasuresSequence=measures, PlaneOrientationSequence=orientation
        ),
        "PerFrameFunctionalGroupsSequence": [
            items(PlanePositionSequence=items(ImagePositionPatient=[0, 0, 3 * k]))[0] for k in numbers
        ],
    }


MR, FILM, SLIDE = ("1.2.840.10008.5.1.4.1.1." + end for end in ("4.1", "3.1", "77.1.6"))
order = [0, 2, 4, 1, 3]
size, spacing, corners = read(MR, planes(order), **places(order))
print("frames of slices", order, "→ slices", corners, "of", spacing, "mm")
assert corners == order and spacing == (1, 1, 1)

size, spacing, corners = read(MR, planes([0, 1, 2, 10, 11, 12]), **places([0, 1, 2] * 2))
print("3 slices at 2 times → slices", corners, "of", spacing, "mm")
assert size == (8, 8, 6) and spacing == (0.5, 0.5, 3)

size, spacing, _ = read(FILM, planes(range(10)), FrameTime=33.3, FrameIncrementPointer=0x00181063)
print("a film of 10 frames →", size, "of", spacing, "mm")
assert size == (8, 8, 10) and spacing == (1, 1, 1)

tiled = {"TotalPixelMatrixRows": 16, "TotalPixelMatrixColumns": 16, "DimensionOrganizationType": "TILED_FULL"}
size, _, _ = read(SLIDE, planes(range(4)), **tiled)
print("a slide of 16 × 16 pixels in 4 tiles →", size)
assert size == (8, 8, 4)
PY

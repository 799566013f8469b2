#!/usr/bin/env bash
# The numbers of a label map in PNG come back as other numbers: colours of a palette, or multiples of 17 and 85.
#
# Guess: an image library gives back the numbers 0, 1, 2 that were written into a PNG, as with 8 bits of grey.
# Seen: of a palette (PASCAL VOC, labelme) imageio 2.38.1, OpenCV 5.0.0.93, SimpleITK 2.5.7 and imagecodecs 2026.3.6 give
#   red, green and blue, and "as grey" gives 0, 38, 75: brightness that is no label, without a warning. Pillow 13.0.0
#   alone gives indices, until it is asked to convert to L. Grey of 4 bits becomes 0, 17, 34 everywhere, of 2 bits 0, 85,
#   170. (Debian 12, Python 3.11, x86-64.)
# Source: PNG (Third Edition), 13.12 sample depth rescaling: a decoder for display stretches samples to its own depth;
#   nothing in the file says that they are labels.
# Consequence: read labels with Pillow in mode P; of grey with fewer than 8 bits (IHDR, byte 24) divide by
#   255 / (2**bits - 1); and never let a label map go through a conversion to grey.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check 'numpy==2.4.6' 'pillow==13.0.0' 'imageio==2.38.1' \
    'opencv-python-headless==5.0.0.93' 'SimpleITK==2.5.7' 'imagecodecs==2026.3.6'
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import cv2
import imagecodecs
import imageio.v3 as imageio
import numpy as np
import PIL.Image
import SimpleITK as sitk

labels = np.zeros((40, 40), np.uint8)
labels[5:15, 5:15], labels[20:30, 20:35] = 1, 2
palette = PIL.Image.fromarray(labels, "P")
palette.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0])
palette.save("palette.png")
for bits in (2, 4, 8):
    PIL.Image.fromarray(labels).save(f"grey-{bits}.png", bits=bits)

readers = {
    "Pillow": lambda path: np.asarray(PIL.Image.open(path)),
    "Pillow, to L": lambda path: np.asarray(PIL.Image.open(path).convert("L")),
    "imageio": imageio.imread,
    "OpenCV, unchanged": lambda path: cv2.imread(path, cv2.IMREAD_UNCHANGED),
    "OpenCV, grey": lambda path: cv2.imread(path, cv2.IMREAD_GRAYSCALE),
    "SimpleITK": lambda path: sitk.GetArrayFromImage(sitk.ReadImage(path)),
    "imagecodecs": imagecodecs.imread,
}
seen = {}
for name, read in readers.items():
    for path in ("palette.png", "grey-2.png", "grey-4.png", "grey-8.png"):
        found = read(path)
        seen[name, path] = found.ndim, np.unique(found).tolist()
        print(f"{name:<18} {path:<12} {found.shape!s:<13} {np.unique(found).tolist()}")

assert seen["Pillow", "palette.png"] == (2, [0, 1, 2])
for name in ("imageio", "OpenCV, unchanged", "SimpleITK", "imagecodecs"):
    assert seen[name, "palette.png"] == (3, [0, 128]), name
for name in ("Pillow, to L", "OpenCV, grey"):
    assert seen[name, "palette.png"] == (2, [0, 38, 75]), name
for name in readers:
    assert seen[name, "grey-8.png"] == (2, [0, 1, 2]), name
    assert seen[name, "grey-4.png"] == (2, [0, 17, 34]), name
    assert seen[name, "grey-2.png"] == (2, [0, 85, 170]), name
PY

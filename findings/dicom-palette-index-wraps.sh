#!/usr/bin/env bash
# An index beyond the end of a DICOM palette gets the colour of another entry.
#
# Guess: indices above the last entry of a palette have the colour of the last one, whatever the bits of index and entry.
# Seen: with indices of 16 bits and entries of 8, pydicom 3.0.2 takes the index modulo 256: 300 gets the colour of entry
#   44, without a warning. With entries of 16 bits it is the last entry's (numpy 2.4.6, Debian 12, Python 3.11, x86-64).
# Source: PS3.3, C.7.6.3.1.5: values beyond the table are mapped to its last entry. pydicom/pixels/processing.py,
#   apply_color_lut: `clipped_iv` has the type of the entries, not of the indices.
# Consequence: clip the indices in their own type before they are looked up.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check 'numpy==2.4.6' 'pydicom==3.0.2'
"$folder/venv/bin/python" - <<'PY'
import numpy as np
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_color_lut

index = np.array([[0, 44, 255, 300]], np.uint16)
for entries in (np.arange(256, dtype=np.uint8), np.arange(256, dtype=np.uint16)):
    palette = Dataset()
    for channel in ("Red", "Green", "Blue"):
        name = f"{channel}PaletteColorLookupTable"
        setattr(palette, f"{name}Descriptor", [256, 0, 8 * entries.itemsize])
        setattr(palette, f"{name}Data", entries.tobytes())
    red = apply_color_lut(index, palette)[0, :, 0].tolist()
    print(f"entries of {8 * entries.itemsize} bits: index {index[0].tolist()} → red {red}")
    assert red == [0, 44, 255, 44 if entries.itemsize == 1 else 255]
PY

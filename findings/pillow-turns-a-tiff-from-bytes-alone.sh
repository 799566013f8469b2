#!/usr/bin/env bash
# Pillow reads a TIFF with Orientation 5 to 8 rightly from bytes; from a path its pixels are scrambled, without a word.
#
# Guess: Image.open(path) and Image.open(BytesIO(content)) give the same pixels.
# Seen: of an uncompressed TIFF whose tag Orientation exchanges rows and columns, Pillow 13.0.0 gives the turned picture
#   from bytes. From a path it maps the pixels into memory, in the shape that they have once they are turned, and turns these: lines
#   of a wrong length, in the shape as stored. Of Orientation 1 to 4, and with compression, both are alike.
#   tifffile 2026.3.3 never turns. (Debian 12, Python 3.11, x86-64.)
# Source: TIFF 6.0, page 36, tag 274; Pillow's ImageFile.load (mmap) and TiffImagePlugin.load_end (exif_transpose).
# Consequence: give Pillow an open file, or turn the array of another reader by the tag; don't take Pillow by path as the truth.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check 'numpy==2.4.6' 'pillow==13.0.0' 'tifffile==2026.3.3'
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import io
from pathlib import Path

import numpy as np
import PIL.Image
import tifffile

stored = np.arange(6, dtype=np.uint8).reshape(2, 3)
right = {1: stored, 3: np.rot90(stored, 2), 6: np.rot90(stored, -1), 8: np.rot90(stored)}
for orientation, turned in right.items():
    for compression in (None, "zlib"):
        tag = [(274, "H", 1, orientation, True)]
        tifffile.imwrite("a.tif", stored, photometric="minisblack", metadata=None, extratags=tag, compression=compression)
        by_path, by_bytes = PIL.Image.open("a.tif"), PIL.Image.open(io.BytesIO(Path("a.tif").read_bytes()))
        by_path.load()
        seen = np.asarray(by_path), np.asarray(by_bytes)
        print(f"{orientation}, {compression}: path {seen[0].tolist()}, bytes {seen[1].tolist()}")
        assert np.array_equal(seen[1], turned)
        assert np.array_equal(seen[0], turned) == (orientation < 5 or compression is not None)
        assert np.array_equal(tifffile.imread("a.tif"), stored)
PY

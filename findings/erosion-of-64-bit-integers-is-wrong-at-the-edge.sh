#!/usr/bin/env bash
# scikit-image erodes 64-bit whole numbers to the least of their type at the edge, and that is no error.
#
# Guess: erosion(image, footprint, mode="ignore") leaves out what lies beyond the edge, whatever the type.
# Seen: with scikit-image 0.26.0, SciPy 1.17.1 and NumPy 2.4.6 on Debian 12, Python 3.11, x86-64: eroding int64 gives
#       -9223372036854775808 and uint64 gives 0 at every edge, where int32, uint32 and floats give the least of
#       the neighbours; opening is wrong likewise; dilation and closing's last step are right for int64.
# Source: skimage.morphology.grayscale: "ignore" becomes mode="constant" with the largest value of the type as cval,
#         and scipy.ndimage.grey_erosion takes cval as a double: 2**63 - 1 becomes 2**63, and that overflows.
# Consequence: filter 64-bit whole numbers (a NIfTI of Python's integers) as their ranks, or as int32 where they fit.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1 scikit-image==0.26.0
"$folder/venv/bin/python" - <<'PY'
import numpy as np
from skimage.morphology import dilation, disk, erosion

values = np.arange(20).reshape(4, 5) + 10
seen = {}
for dtype in ("int32", "uint32", "float64", "int64", "uint64"):
    image = values.astype(dtype)
    eroded = erosion(image, disk(1), mode="ignore")
    seen[dtype] = float(eroded[0, 0])
    print(f"{dtype}: {eroded[0, 0]} in the corner, {eroded[1, 1]} inside")
    assert eroded[1, 1] == 11
    assert dilation(image, disk(1), mode="ignore")[0, 0] == 15
assert seen == {"int32": 10, "uint32": 10, "float64": 10, "int64": -(2.0**63), "uint64": 0}, seen
PY

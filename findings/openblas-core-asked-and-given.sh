#!/usr/bin/env bash
# OPENBLAS_CORETYPE asks for a kernel by name; the OpenBLAS inside NumPy's wheel answers by another name, or with
# another kernel, and neither case is an error.
#
# Guess: a name that OpenBLAS knows selects that kernel and is what threadpoolctl reports.
# Seen: with NumPy 2.4.6 (OpenBLAS 0.3.31) and threadpoolctl 3.8.0 on Debian 12, Python 3.11, x86-64 with AVX2,
#       "Prescott" is reported as Katmai, and "Zen" as Haswell: the wheel holds no kernel of its own for it.
# Source: OpenBLAS, driver/others/dynamic.c; the wheels' list of kernels.
# Consequence: a test matrix over core types must read back which kernel is in use, or it tests one kernel twice.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check numpy==2.4.6 threadpoolctl==3.8.0
for asked in Nehalem Haswell Zen Prescott; do
  OPENBLAS_CORETYPE=$asked "$folder/venv/bin/python" - "$asked" <<'PY'
import sys

import numpy
from threadpoolctl import threadpool_info

asked = sys.argv[1]
given = threadpool_info()[0]["architecture"]
print(f"NumPy {numpy.__version__}: asked for {asked}, given {given}")
expected = {"Nehalem": "Nehalem", "Haswell": "Haswell", "Zen": "Haswell", "Prescott": "Katmai"}
assert given == expected[asked], expected[asked]
PY
done

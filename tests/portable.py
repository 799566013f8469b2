"""Run the numerical tests with the kernels of other processors: ``python tests/portable.py [OPTION…]``.

OpenBLAS and NumPy choose kernels by the processor that they find. Each run here asks for others, as far as
this processor has their instructions. What a run really gets is read back from the libraries: a kernel that
isn't built in is silently another one, which isn't run twice; with those that this processor takes by itself
`make test` runs the same tests. Beside the tests, every algorithm of the catalogue must give what it gave
with the first kernels, within a tolerance. Options are pytest's.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "support"))

import catalogue_results

from coronal_worker.running.kernels import processor_features

NUMERICAL = (
    "tests/sdk/types/test_image.py",
    "tests/imaging",
    "tests/learning/estimators",
    "tests/learning/evaluation",
)
LEFT_OUT = ("*_contract.py", "*/test_model_files.py", "*/test_plugins.py", "*/pipelines/*")
"""What compares no number with another."""

CORES = {"Haswell": "avx2", "SkylakeX": "avx512f", "Zen": "avx2", "Prescott": ""}
"""Kernels of OpenBLAS, and the instructions without which they can't run."""

WITHOUT_DISPATCH = "X86_V3 X86_V4 AVX512_ICL AVX512_SPR"
"""NumPy's names since 2.4; the older ``AVX2`` and ``AVX512F`` have no effect there, and raise no error."""

_IN_USE = """
import warnings; warnings.simplefilter("ignore")
import scipy.linalg
from coronal_worker.running.kernels import kernels
print(*sorted(f"{name} {text}" for name, text in kernels().items()), sep=", ")
"""


def main(options: list[str]) -> int:
    """Run them once for each set of kernels, and return the first exit status that isn't 0."""
    runs: list[tuple[str, Mapping[str, str]]] = [
        (core, {"OPENBLAS_CORETYPE": core})
        for core, feature in CORES.items()
        if not feature or feature in processor_features()
    ]
    runs.append(("NumPy's baseline", {"NPY_DISABLE_CPU_FEATURES": WITHOUT_DISPATCH}))
    with tempfile.TemporaryDirectory() as folder:
        return _run_all(runs, Path(folder), options)


def _run_all(runs: Sequence[tuple[str, Mapping[str, str]]], folder: Path, options: list[str]) -> int:
    names: dict[str, str] = {}
    own = _output({})
    for number, (name, environment) in enumerate(runs):
        in_use = _output(environment)
        if in_use in names:
            print(f"== {name}: this processor runs {names[in_use]} in its place", flush=True)
            continue
        names[in_use] = name
        print(f"== {name}: {in_use}", flush=True)
        if status := _compared(environment, folder, number):
            return status
        if in_use == own:
            print("these are this processor's own: `make test` runs the tests with them", flush=True)
        elif status := _tests(environment, options):
            return status
    return 0


def _output(environment: Mapping[str, str]) -> str:
    command = [sys.executable, "-c", _IN_USE]
    env = {**os.environ, **environment}
    return subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout.strip()


def _compared(environment: Mapping[str, str], folder: Path, number: int) -> int:
    found = folder / f"{number}.npz"
    command = [sys.executable, catalogue_results.__file__, str(found)]
    subprocess.run(command, env={**os.environ, **environment}, check=True)
    faults = catalogue_results.differences(folder / "0.npz", found)
    print(
        *faults,
        f"{len(faults)} results of the catalogue differ from the first kernels'",
        sep="\n",
        flush=True,
    )
    return 1 if faults else 0


def _tests(environment: Mapping[str, str], options: list[str]) -> int:
    left_out = [f"--ignore-glob={pattern}" for pattern in LEFT_OUT]
    command = [sys.executable, "-m", "pytest", "--quiet", *NUMERICAL, *left_out, *options]
    return subprocess.run(command, env={**os.environ, **environment}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

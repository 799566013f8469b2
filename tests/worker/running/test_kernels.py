"""What a process computes with is known by the configured result compute with."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from coronal_worker.running.kernels import kernels, processor, processor_features

pytestmark = pytest.mark.slow

PRINT = """
import json, scipy.linalg
from coronal_worker.running.kernels import kernels
print(json.dumps(kernels()))
"""


def in_another_process(**environment: str) -> dict[str, str]:
    printed = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PRINT],
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    found: dict[str, str] = json.loads(printed)
    return found


@pytest.mark.skipif(
    not any(library["internal_api"] == "openblas" for library in threadpool_info()),
    reason="NumPy was built with another BLAS",
)
def test_the_kernels_of_blas_are_those_that_were_asked_for() -> None:
    found = in_another_process(OPENBLAS_CORETYPE="Nehalem")
    assert {text.split()[-1] for name, text in found.items() if "openblas" in name} == {"Nehalem"}


def test_what_numpy_may_not_use_is_not_named() -> None:
    dispatched = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    without = in_another_process(NPY_DISABLE_CPU_FEATURES=" ".join(dispatched))
    assert set(without["numpy"].split()) == set(kernels()["numpy"].split()) - set(dispatched)


def test_the_processor_is_named_with_its_vector_instructions() -> None:
    assert processor()
    assert {"sse4_2", "asimd"} & set(processor_features())
    assert list(processor_features()) == sorted(processor_features())

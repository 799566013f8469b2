"""The processor and the numerical kernels that a process computes with.

Two kernels of one library add in different orders, so results may differ in the last bit.
"""

import re
import sys
from functools import cache
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_info

__all__ = ["kernels", "processor", "processor_features"]

_CPUINFO = Path("/proc/cpuinfo")

_FEATURE = re.compile(r"sse4_[12]|avx\w*|fma|f16c|amx\w*|asimd\w*|sve\w*")

_KERNEL_PACKAGES = ("scipy", "sklearn", "SimpleITK", "tensorflow", "onnxruntime")
"""Packages that load their own numerical libraries."""


def kernels() -> dict[str, str]:
    """Return the kernels in use, by library.

    Returns
    -------
    dict
        For each BLAS and OpenMP library its version and the target processor of its kernels, e.g.
        ``libscipy_openblas64_: 0.3.31 Haswell``; for ``numpy`` the instruction sets that it dispatches to.
    """
    return dict(_kernels(tuple(name for name in _KERNEL_PACKAGES if name in sys.modules)))


@cache
def processor() -> str:
    """Return the model of the processor; empty where the system doesn't say."""
    return _cpuinfo("model name")


@cache
def processor_features() -> tuple[str, ...]:
    """Return the vector instructions of the processor, sorted, e.g. ``avx2``, ``fma``."""
    flags = (_cpuinfo("flags") or _cpuinfo("Features")).split()
    return tuple(sorted(flag for flag in flags if _FEATURE.fullmatch(flag)))


@cache
def _kernels(_loaded: tuple[str, ...]) -> dict[str, str]:
    # Scanning the libraries of a process takes 6 ms: done once for each set of packages.
    found = {_name(library): _described(library) for library in threadpool_info()}
    simd = np.show_config(mode="dicts")["SIMD Extensions"]
    return {**found, "numpy": " ".join([*simd.get("baseline", ()), *simd.get("found", ())])}


def _name(library: dict[str, str | None]) -> str:
    # NumPy and SciPy each bring an OpenBLAS with the same prefix; the file's name ends in a digest.
    return re.split(r"[-.]", Path(str(library["filepath"])).name)[0]


def _described(library: dict[str, str | None]) -> str:
    return " ".join(filter(None, (library.get("version"), library.get("architecture"))))


def _cpuinfo(name: str) -> str:
    try:
        text = _CPUINFO.read_text()
    except OSError:
        return ""
    line = re.search(rf"^{name}\s*: (.*)$", text, re.MULTILINE)
    return line.group(1).strip() if line else ""

"""On what processor, and with which numerical kernels, a process computes.

Two kernels of one library add in different orders, and so may differ in the last bit of a result.
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

_BRINGS_KERNELS = ("scipy", "sklearn", "SimpleITK", "tensorflow", "onnxruntime")
"""Packages that load libraries of their own."""


def kernels() -> dict[str, str]:
    """Return the kernels in use, by library.

    Returns
    -------
    dict
        Of each BLAS and OpenMP library its version and the processor that its kernels are made for, e.g.
        ``libscipy_openblas64_: 0.3.31 Haswell``; of ``numpy`` the instruction sets that it dispatches to.
    """
    return dict(_kernels(tuple(name for name in _BRINGS_KERNELS if name in sys.modules)))


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
    # It takes 6 ms to look through the libraries of a process: once for each set of packages.
    found = {_name(library): _described(library) for library in threadpool_info()}
    simd = np.show_config(mode="dicts")["SIMD Extensions"]
    return {**found, "numpy": " ".join([*simd.get("baseline", ()), *simd.get("found", ())])}


def _name(library: dict[str, str | None]) -> str:
    # NumPy and SciPy each bring an OpenBLAS, of one prefix; the file's name ends in a digest.
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

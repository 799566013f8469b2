"""Environment variables that must be set before a worker starts, because libraries read them only then."""

import os
import sys

__all__ = ["PROCESS_ENVIRONMENT", "reexec_with_environment"]

PROCESS_ENVIRONMENT = {
    # A worker has one process per core: threads inside them would compete for the same cores.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "BLIS_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS": "1",
    # By default glibc returns large arrays to the system after each use, and each page of the next one faults
    # again; a worker allocates images of the same size over and over.
    "MALLOC_TRIM_THRESHOLD_": "1000000000",
    "MALLOC_MMAP_THRESHOLD_": "1000000000",
}


def reexec_with_environment(arguments: list[str]) -> None:
    """Replace this process by ``python -m coronal_worker`` with these variables, unless all are set.

    Variables that are already set keep their value.

    Parameters
    ----------
    arguments
        Command line after the program's name.
    """
    missing = {name: value for name, value in PROCESS_ENVIRONMENT.items() if name not in os.environ}
    if missing:
        program = [sys.executable, "-m", "coronal_worker", *arguments]
        os.execve(sys.executable, program, {**os.environ, **missing})

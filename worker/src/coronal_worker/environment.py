"""What a process must find in its environment when it starts, because libraries read it only then."""

import os
import sys

__all__ = ["START_SETTINGS", "restart_with"]

START_SETTINGS = {
    # A worker has a process for each core: threads inside of them would fight for the same cores.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "BLIS_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS": "1",
    # glibc gives large arrays back to the system after each use, and takes a page fault for each page of the
    # next; images of one size come again and again.
    "MALLOC_TRIM_THRESHOLD_": "1000000000",
    "MALLOC_MMAP_THRESHOLD_": "1000000000",
}


def restart_with(arguments: list[str]) -> None:
    """Start this process anew as ``python -m coronal_worker`` with these settings, unless it has them all.

    What is already set in the environment stays as it is.

    Parameters
    ----------
    arguments
        The command line after the program's name.
    """
    missing = {name: value for name, value in START_SETTINGS.items() if name not in os.environ}
    if missing:
        program = [sys.executable, "-m", "coronal_worker", *arguments]
        os.execve(sys.executable, program, {**os.environ, **missing})

"""Time and memory limits of a job."""

import os
import resource
from dataclasses import dataclass, field
from pathlib import Path

from coronal import ReadLimits
from coronal.pipelines.pipeline import Pipeline, Stage

__all__ = ["MAX_OBJECTS", "Limits", "limit_memory", "memory_share_bytes"]

MAX_OBJECTS = 200_000
"""So many rows make tables of some hundred MB; noise that is segmented as objects has more."""

_MEMORY_FRACTION = 0.9


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a pool; a pipeline may set lower ones.

    Parameters
    ----------
    stage_s
        Time limit of a stage.
    job_s
        Time limit from a job's first start to its end.
    memory_bytes
        Memory that a process may allocate beside the libraries.
    read
        Size limits of an image.
    max_objects
        Number of objects above which a label map is not measured.
    """

    stage_s: float
    job_s: float
    memory_bytes: int
    read: ReadLimits = field(default_factory=ReadLimits)
    max_objects: int = MAX_OBJECTS

    def limit_of_stage_s(self, stage: Stage) -> float:
        """Return the time limit of a stage."""
        return min(self.stage_s, stage.limit_s or self.stage_s)

    def limit_of_job_s(self, pipeline: Pipeline) -> float:
        """Return the time limit of a whole job."""
        return min(self.job_s, pipeline.limit_s or self.job_s)


def memory_share_bytes(processes: int) -> int:
    """Return the memory of each process, in bytes, when they share 90 % of the machine or container."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return int(_MEMORY_FRACTION * min(whole, _container_bytes() or whole) / processes)


def limit_memory(memory_bytes: int) -> None:
    """Limit the memory of this process beyond what is mapped already; more raises MemoryError.

    Already mapped are the libraries, which it shares with the other processes.
    """
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = mapped + memory_bytes
    resource.setrlimit(
        resource.RLIMIT_AS, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard)
    )


def _container_bytes() -> int | None:
    """Return the limit of the container (cgroup v2) that this process is in; None where there is none."""
    try:
        text = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None

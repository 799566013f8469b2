"""How much memory and time a job may take."""

import os
import resource
from dataclasses import dataclass, field
from pathlib import Path

from coronal import ReadLimits
from coronal_jobs.pipeline import Pipeline, Stage

__all__ = ["MOST_OBJECTS", "Limits", "limit_memory", "share_of_memory"]

MOST_OBJECTS = 200_000
"""As many rows fill tables of some hundred MB; noise that is taken for objects has more."""

_PART_OF_MEMORY = 0.9


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a pool. A pipeline may set lower ones.

    Parameters
    ----------
    stage_s
        The longest that a stage may run.
    job_s
        The longest from a job's first start to its end.
    memory_bytes
        The largest address space of a process that runs jobs.
    read
        How large an image may be that is read.
    most_objects
        How many objects a label map may have that is measured.
    """

    stage_s: float
    job_s: float
    memory_bytes: int
    read: ReadLimits = field(default_factory=ReadLimits)
    most_objects: int = MOST_OBJECTS

    def of_stage_s(self, stage: Stage) -> float:
        """The time limit of a stage."""
        return min(self.stage_s, stage.limit_s or self.stage_s)

    def of_job_s(self, pipeline: Pipeline) -> float:
        """The time limit of a whole job."""
        return min(self.job_s, pipeline.limit_s or self.job_s)


def share_of_memory(processes: int) -> int:
    """Give each of so many processes its part of this machine's memory, in bytes: 90 % in all."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return int(_PART_OF_MEMORY * min(whole, _container_bytes() or whole) / processes)


def limit_memory(memory_bytes: int) -> None:
    """Let this process take so much memory beside what is mapped already; more raises MemoryError in it.

    What is mapped already is libraries, shared with the other processes.
    """
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = mapped + memory_bytes
    resource.setrlimit(
        resource.RLIMIT_AS, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard)
    )


def _container_bytes() -> int | None:
    """Give the limit of the container (cgroup v2) that this process is in; None where there is none."""
    try:
        text = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None

"""What was promised to whom: a file in which each accepted job is synced before anything else is done."""

import os
from pathlib import Path

__all__ = ["History"]


class History:
    """The jobs for which a 202 was given, or `admit` has answered."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def accept(self, job_id: str) -> None:
        """Write that a job was accepted; it is on the disk when this returns."""
        os.write(self._file, f"{job_id}\n".encode())
        os.fsync(self._file)

    def accepted(self) -> list[str]:
        """Give the accepted jobs, the first one first."""
        return self._path.read_text("ascii").split()

    def close(self) -> None:
        os.close(self._file)

"""The accepted jobs: a file to which each is synced before anything else happens."""

import os
from pathlib import Path

__all__ = ["History"]


class History:
    """The jobs that were accepted, by a 202 or by `admit`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def accept(self, job_id: str) -> None:
        """Write an accepted job to the disk, and sync."""
        os.write(self._file, f"{job_id}\n".encode())
        os.fsync(self._file)

    def accepted(self) -> list[str]:
        """Return the accepted jobs, the first one first."""
        return self._path.read_text("ascii").split()

    def close(self) -> None:
        os.close(self._file)

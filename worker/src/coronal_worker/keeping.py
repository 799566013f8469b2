"""Writing what a claim has made, so that its commit can name it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from coronal_jobs.job import Job
from coronal_jobs.store.blobs import Blob, BlobStore
from coronal_jobs.store.holdings import Holdings

__all__ = ["Keeper"]

_PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Keeper:
    """Writes blobs, and holds them in the name of a claim until that commits.

    Parameters
    ----------
    blobs, holdings
        The blob store, and which blobs are wanted.
    """

    blobs: BlobStore
    holdings: Holdings

    def keep(self, job: Job, contents: Sequence[bytes]) -> list[Blob]:
        """Keep bytes."""
        self._hold(job, [hashlib.sha256(content).hexdigest() for content in contents])
        return [self.blobs.put(content) for content in contents]

    def keep_file(self, job: Job, path: Path) -> Blob:
        """Keep a file, however large it is."""
        with path.open("rb") as file:
            self._hold(job, [hashlib.file_digest(file, "sha256").hexdigest()])
        with path.open("rb") as file, self.blobs.writer() as writer:
            while piece := file.read(_PIECE_BYTES):
                writer.write(piece)
            return writer.commit()

    def _hold(self, job: Job, digests: Sequence[str]) -> None:
        self.holdings.hold(f"{job.id}/{job.epoch}", digests)

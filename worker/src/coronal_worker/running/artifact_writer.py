"""Writing a claim's results to the blob store, before its commit references them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from coronal import ResultFile
from coronal_jobs.blobs.packs import MAX_PACK_BYTES, MAX_PACKED_BYTES, pack_name
from coronal_jobs.blobs.references import BlobReferences
from coronal_jobs.blobs.store import Blob, BlobStore
from coronal_jobs.records.job import Artifact, Job
from coronal_worker.running.results import artifact_of

__all__ = ["ArtifactWriter"]

_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class ArtifactWriter:
    """Writes small results as the pack of a claim, and others as blobs that are pinned until it commits.

    Parameters
    ----------
    blobs, blob_references
        Blob store, and the references to its blobs.
    """

    blobs: BlobStore
    blob_references: BlobReferences

    def write_results(self, job: Job, files: Sequence[ResultFile]) -> list[Artifact]:
        """Write the result files of a pipeline: the small ones together, the others as blobs."""
        pack, packed, contents, alone = pack_name(job.id, job.epoch), [], [], []
        offset = 0
        for file in files:
            size_bytes = len(file.content)
            if size_bytes > MAX_PACKED_BYTES or offset + size_bytes > MAX_PACK_BYTES:
                alone.append(file)
                continue
            blob = Blob(hashlib.sha256(file.content).hexdigest(), size_bytes)
            packed.append(artifact_of(file, blob).model_copy(update={"pack": pack, "offset": offset}))
            contents.append(file.content)
            offset += size_bytes
        if packed:
            self.blobs.put_pack(pack, contents)
        blobs = self.write(job, [file.content for file in alone]) if alone else []
        return sorted([*packed, *map(artifact_of, alone, blobs)], key=attrgetter("name"))

    def write(self, job: Job, contents: Sequence[bytes]) -> list[Blob]:
        """Write each content as a blob."""
        self._pin(job, [hashlib.sha256(content).hexdigest() for content in contents])
        return [self.blobs.put(content) for content in contents]

    def write_file(self, job: Job, path: Path) -> Blob:
        """Write a file of any size as a blob."""
        with path.open("rb") as file:
            self._pin(job, [hashlib.file_digest(file, "sha256").hexdigest()])
        with path.open("rb") as file, self.blobs.writer() as writer:
            while chunk := file.read(_CHUNK_BYTES):
                writer.write(chunk)
            return writer.commit()

    def _pin(self, job: Job, digests: Sequence[str]) -> None:
        self.blob_references.pin(f"{job.id}/{job.epoch}", digests)

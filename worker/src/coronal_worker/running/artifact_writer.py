"""Writing a claim's results to the blob store, before its commit references them."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from coronal import ResultFile
from coronal_jobs.blobs.packs import MAX_PACK_BYTES, MAX_PACKED_BYTES, pack_name
from coronal_jobs.blobs.references import BlobReferences
from coronal_jobs.blobs.store import Blob, BlobStore
from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.records.job import Artifact, Job
from coronal_worker.running.results import artifact_of

__all__ = ["ArtifactWriter"]

_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class ArtifactWriter:
    """Writes small results as the pack of a claim or of several, and others as blobs.

    What is written is pinned until it is committed, except the pack of one claim.

    Parameters
    ----------
    blobs, blob_references
        Blob store, and the references to its blobs.
    """

    blobs: BlobStore
    blob_references: BlobReferences

    @contextmanager
    def write_results(
        self, results: Sequence[tuple[Job, Sequence[ResultFile]]]
    ) -> Iterator[Sequence[list[Artifact]]]:
        """Write the result files of one or more claims, and yield the artifacts of each.

        Small files of all are a pack; the others are blobs. What is yielded must be committed within the
        block: a pack of several claims is pinned until its end.
        """
        pack, offset = pack_name(results[0][0].id, results[0][0].epoch), 0
        contents: list[bytes] = []
        written: list[list[Artifact]] = []
        for job, files in results:
            artifacts, alone = [], []
            for file in files:
                size_bytes = len(file.content)
                if size_bytes > MAX_PACKED_BYTES or offset + size_bytes > MAX_PACK_BYTES:
                    alone.append(file)
                    continue
                blob = Blob(hashlib.sha256(file.content).hexdigest(), size_bytes)
                artifacts.append(artifact_of(file, blob).model_copy(update={"pack": pack, "offset": offset}))
                contents.append(file.content)
                offset += size_bytes
            blobs = self.write(job, [file.content for file in alone]) if alone else []
            written.append(sorted([*artifacts, *map(artifact_of, alone, blobs)], key=attrgetter("name")))
        with self._pinned(pack) if len(results) > 1 else nullcontext():
            if contents:
                self.blobs.put_pack(pack, contents)
            yield written

    @contextmanager
    def _pinned(self, pack: str) -> Iterator[None]:
        """Keep a pack that several claims share: the end of the one that it is named by would remove it."""
        owner = f"pack/{pack}"
        self.blob_references.pin(owner, [pack])
        try:
            yield
        finally:
            with suppress(StoreUnavailable):  # then the pin expires
                self.blob_references.remove(self.blob_references.unpin(owner, [pack]))

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

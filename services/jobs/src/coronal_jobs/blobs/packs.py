"""Packs: the small files that a claim leaves, one after the other in one object.

A disk syncs one object in a fraction of the time of several. A pack is named by its claim, so that no other
claim writes, references or removes it, and it needs no pin before its commit. Each file in it has its own
digest, by which it is checked when it is read, like one that is stored alone.
"""

from collections.abc import Iterator

from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.blobs.verification import checked_pieces
from coronal_jobs.errors import BlobDamaged
from coronal_jobs.records.job import Artifact

__all__ = ["MAX_PACKED_BYTES", "MAX_PACK_BYTES", "pack_name", "read_artifact", "stream_artifact"]

MAX_PACKED_BYTES = 1 << 16
"""Size above which a file is stored alone."""

MAX_PACK_BYTES = 1 << 20
"""Size of a pack, which is read whole."""


def pack_name(job_id: str, epoch: int) -> str:
    """Return the name of a claim's pack.

    >>> pack_name("01m817dn98qjghcxpymkfyy87j", 2)
    '01m817dn98qjghcxpymkfyy87j.2'
    """
    return f"{job_id}.{epoch}"


def stream_artifact(blobs: BlobStore, artifact: Artifact) -> Iterator[bytes]:
    """Return an artifact piece by piece; the last one after the digest was checked.

    Raises
    ------
    NotFound
        At once, when there is no such file.
    BlobDamaged
        At once, when it is of another size; in place of the last piece, when its bytes aren't those of its
        digest.
    """
    if not artifact.pack:
        return blobs.stream(artifact.sha256, artifact.size_bytes)
    content = blobs.read_pack(artifact.pack)[artifact.offset : artifact.offset + artifact.size_bytes]
    if len(content) != artifact.size_bytes:
        raise BlobDamaged.by_size(artifact.sha256, artifact.size_bytes, len(content))
    return checked_pieces([content], artifact.sha256)


def read_artifact(blobs: BlobStore, artifact: Artifact) -> bytes:
    """Read an artifact, and check it; raises as `stream_artifact` does."""
    return b"".join(stream_artifact(blobs, artifact))

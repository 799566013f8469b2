"""What a broken disk does to stored bytes."""

from coronal_jobs.blobs.store import BlobStore

__all__ = ["flip"]


def flip(blobs: BlobStore, sha256: str, place: int = -1) -> None:
    """Flip a bit in the stored file of a blob.

    Parameters
    ----------
    blobs, sha256
        Of a store on a disk, and which blob.
    place
        The byte's.
    """
    assert blobs.objects.folder is not None
    path = next((blobs.objects.folder / "sha256").rglob(sha256))
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)

"""The blob store: bytes by their SHA-256, on a disk or in S3."""

import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import obstore

from coronal_jobs.errors import BlobDamaged, NotFound, TooLarge
from coronal_jobs.store.checked import check_file, checked_pieces
from coronal_jobs.store.objects import Objects, existing, translated_os

__all__ = ["Blob", "BlobStore", "BlobWriter"]

_MOST_PARTS_AT_ONCE = 4
"""Of a large object that is sent to a bucket in parts: a slow line must not have too many open."""

_DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes that are in the store."""

    sha256: str
    size_bytes: int


class BlobStore:
    """Bytes by their SHA-256: written once, never changed, and the same bytes are kept once.

    Parameters
    ----------
    url
        ``file:///a/folder``, ``s3://bucket/prefix`` or ``memory:///``. S3 takes its keys from the environment
        (``AWS_ACCESS_KEY_ID`` and the like).

    Attributes
    ----------
    objects
        The folder or bucket, where other things lie beside the blobs.

    Examples
    --------
    >>> import tempfile
    >>> blobs = BlobStore(Path(tempfile.mkdtemp()).as_uri())
    >>> blob = blobs.put(b"pixels")
    >>> blobs.read(blob.sha256)
    b'pixels'
    """

    def __init__(self, url: str) -> None:
        self.objects = Objects(url)
        self._store = self.objects.store
        self._folder = self.objects.folder

    def writer(self, *, limit_bytes: int | None = None) -> "BlobWriter":
        """Start to write a blob whose bytes come piece by piece.

        Parameters
        ----------
        limit_bytes
            The largest size that is taken.
        """
        return BlobWriter(self, limit_bytes)

    def put(self, content: bytes) -> Blob:
        """Keep bytes; StoreUnavailable when the store can't."""
        with self.writer() as writer:
            writer.write(content)
            return writer.commit()

    def read(self, sha256: str) -> bytes:
        """Read a blob, and check it.

        Raises
        ------
        NotFound
            When there is none.
        BlobDamaged
            When its bytes aren't those of its digest.
        """
        return b"".join(self.stream(sha256))

    def stream(self, sha256: str, size_bytes: int | None = None) -> Iterator[bytes]:
        """Return the bytes of a blob piece by piece, of 1 MiB or more; the last when all are checked.

        Parameters
        ----------
        sha256
            The digest.
        size_bytes
            How many bytes there must be, where that is known.

        Raises
        ------
        NotFound
            At once, when there is none.
        BlobDamaged
            At once, when it is of another size; in place of the last piece, when its bytes aren't those of
            its digest.
        """
        store = self.objects.for_large(_key(sha256))
        with self.objects.answering(), existing("blob", sha256):
            found = obstore.get(store, _key(sha256))
        if size_bytes is not None and found.meta["size"] != size_bytes:
            raise BlobDamaged.by_size(sha256, size_bytes, found.meta["size"])
        return checked_pieces(self._read(found.stream(min_chunk_size=1 << 20)), sha256)

    def check(self, sha256: str, size_bytes: int) -> None:
        """Read a blob to its end, and keep nothing of it; raises as `stream` does."""
        for _ in self.stream(sha256, size_bytes):
            pass

    def has(self, sha256: str) -> bool:
        """Tell whether there is a blob."""
        return self.objects.has(_key(sha256))

    @contextmanager
    def local(self, sha256: str) -> Iterator[Path]:
        """Yield a path where a blob that was checked can be read while the block runs.

        Raises
        ------
        NotFound
            When there is none.
        BlobDamaged
            Before the block, when its bytes aren't those of its digest.
        """
        if self._folder is not None:
            path = self._folder / _key(sha256)
            if not path.is_file():
                raise NotFound("blob", sha256)
            check_file(path, sha256)
            yield path
            return
        pieces = self.stream(sha256)
        with tempfile.TemporaryDirectory(prefix="coronal-") as folder:
            path = Path(folder) / "blob"
            with path.open("wb") as file:
                file.writelines(pieces)
            yield path

    def look(self, sha256: str, head_bytes: int) -> tuple[Blob, bytes]:
        """Tell of a blob, with its first bytes; NotFound when there is none."""
        with self.objects.answering(), existing("blob", sha256):
            blob = Blob(sha256, obstore.head(self._store, _key(sha256))["size"])
            length = min(head_bytes, blob.size_bytes)
            head = obstore.get_range(self._store, _key(sha256), start=0, length=length) if length else b""
        return blob, bytes(head)

    def scratch(self) -> BinaryIO:
        """Give an empty file without a name, beside the blobs: it goes with the process that has it open."""
        with translated_os():
            return tempfile.TemporaryFile(dir=self._incoming)

    def delete(self, *digests: str) -> None:
        """Remove blobs; one that isn't there is no error."""
        for sha256 in digests:
            try:
                with self.objects.answering(), existing("blob", sha256):
                    obstore.delete(self._store, _key(sha256))
            except NotFound:
                continue

    def free_bytes(self) -> int | None:
        """Tell how much the disk can take; None where the store is no disk, or the disk doesn't say."""
        try:
            return None if self._folder is None else shutil.disk_usage(self._folder).free
        except OSError:
            return None

    def sweep(self, *, older_than_s: float) -> int:
        """Remove what killed writers have left on the disk, unless it is young, and tell how many it were."""
        removed = 0
        for left in () if self._folder is None else (self._folder / "incoming").glob("blob-*"):
            with suppress(FileNotFoundError):  # it was committed just now, or another was quicker
                if time.time() - left.stat().st_mtime > older_than_s:
                    left.unlink()
                    removed += 1
        return removed

    def _read(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        with self.objects.answering():
            for piece in pieces:
                yield bytes(piece)

    @property
    def _incoming(self) -> Path:
        """Where bytes are written before their digest is known: on a disk, on the very same."""
        if self._folder is None:
            return Path(tempfile.gettempdir())
        incoming = self._folder / "incoming"
        incoming.mkdir(exist_ok=True)
        return incoming

    def _place(self, written: Path, sha256: str) -> None:
        """Make a whole and synced file a blob."""
        if self._folder is None:
            store = self.objects.for_large(_key(sha256))
            with self.objects.answering(), written.open("rb") as file:
                obstore.put(store, _key(sha256), file, max_concurrency=_MOST_PARTS_AT_ONCE)
            written.unlink()
            return
        target = self._folder / _key(sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        written.rename(target)
        self.objects.sync_folder(target.parent)


class BlobWriter:
    """A blob that is being written: in the store when `commit` returns, or not at all.

    The bytes go to a temporary file beside the blobs; `commit` syncs it, renames it to its digest, and syncs
    the folder, so that what a record names outlives a power cut.
    """

    def __init__(self, store: BlobStore, limit_bytes: int | None) -> None:
        self._store = store
        self._limit_bytes = limit_bytes
        self._hash = hashlib.sha256()
        self._size_bytes = 0
        with translated_os():
            descriptor, name = tempfile.mkstemp(dir=store._incoming, prefix="blob-")
        self._file = os.fdopen(descriptor, "wb")
        self._path = Path(name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()

    @property
    def size_bytes(self) -> int:
        """How much has been written."""
        return self._size_bytes

    @property
    def sha256(self) -> str:
        """The SHA-256 of what has been written."""
        return self._hash.hexdigest()

    def write(self, piece: bytes) -> int:
        """Add bytes.

        Raises
        ------
        TooLarge
            As soon as the limit is passed.
        StoreUnavailable
            When the disk is full or away.
        """
        self._size_bytes += len(piece)
        if self._limit_bytes is not None and self._size_bytes > self._limit_bytes:
            raise TooLarge(self._limit_bytes)
        self._hash.update(piece)
        with translated_os():
            return self._file.write(piece)

    def commit(self) -> Blob:
        """Make the bytes a blob; StoreUnavailable when the store can't."""
        sha256 = self.sha256
        with translated_os():
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._store._place(self._path, sha256)
        return Blob(sha256, self._size_bytes)

    def discard(self) -> None:
        """Forget what was written, unless it was committed."""
        with suppress(OSError):  # what a full disk didn't take is still in the buffer
            self._file.close()
        self._path.unlink(missing_ok=True)


def _key(sha256: str) -> str:
    if not _DIGEST.fullmatch(sha256):
        raise NotFound("blob", sha256)
    return f"sha256/{sha256[:2]}/{sha256}"

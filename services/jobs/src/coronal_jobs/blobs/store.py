"""The content-addressed blob store: bytes under their SHA-256, on a disk or in S3."""

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

from coronal_jobs.blobs.objects import Objects, existing, translated_os
from coronal_jobs.blobs.verification import check_file, checked_pieces
from coronal_jobs.errors import BlobDamaged, NotFound, TooLarge

__all__ = ["Blob", "BlobStore", "BlobWriter"]

_MAX_PARTS_AT_ONCE = 4
"""Concurrent parts of a multipart upload: a slow connection must not have too many open."""

_MAX_HELD_BYTES = 1 << 18
"""Size up to which a blob is held in memory until it is committed."""

_DIGEST = re.compile("[0-9a-f]{64}")
_PACK = re.compile(r"[0-9a-z]{26}\.[0-9]+")


@dataclass(frozen=True, slots=True)
class Blob:
    """A blob in the store."""

    sha256: str
    size_bytes: int


class BlobStore:
    """Bytes under their SHA-256: immutable, and the same bytes are stored once.

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
        """Start a blob whose bytes arrive piece by piece.

        Parameters
        ----------
        limit_bytes
            Maximum size, in bytes.
        """
        return BlobWriter(self, limit_bytes)

    def put(self, content: bytes) -> Blob:
        """Store bytes; StoreUnavailable when that fails."""
        with self.writer() as writer:
            writer.write(content)
            return writer.commit()

    def put_pack(self, name: str, contents: Iterable[bytes]) -> None:
        """Store bytes one after the other as a pack; StoreUnavailable when that fails."""
        self.objects.put({_key(name): b"".join(contents)})

    def read_pack(self, name: str) -> bytes:
        """Read a pack, unchecked; NotFound when there is none."""
        return self.objects.get(_key(name))

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
        """Return a blob piece by piece, of 1 MiB or more; the last one after the digest was checked.

        Parameters
        ----------
        sha256
            The digest.
        size_bytes
            Expected size in bytes, where it is known.

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

    def has(self, sha256: str) -> bool:
        """Return whether there is a blob."""
        return self.objects.has(_key(sha256))

    @contextmanager
    def local(self, sha256: str) -> Iterator[Path]:
        """Yield the path of a verified blob, for the duration of the block.

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
        """Return a blob's size and its first bytes; NotFound when there is none."""
        with self.objects.answering(), existing("blob", sha256):
            blob = Blob(sha256, obstore.head(self._store, _key(sha256))["size"])
            length = min(head_bytes, blob.size_bytes)
            head = obstore.get_range(self._store, _key(sha256), start=0, length=length) if length else b""
        return blob, bytes(head)

    def scratch(self) -> BinaryIO:
        """Return an anonymous temporary file beside the blobs: it vanishes with its process."""
        with translated_os():
            return tempfile.TemporaryFile(dir=self._incoming)

    def delete(self, *names: str) -> int:
        """Delete blobs by their digests, and packs; return how many were there, where the store says so."""
        deleted = 0
        for name in names:
            try:
                with self.objects.answering(), existing("blob", name):
                    obstore.delete(self._store, _key(name))
                    deleted += 1
            except NotFound:
                continue
        return deleted

    def free_bytes(self) -> int | None:
        """Return the free disk space; None where the store is no disk, or the disk doesn't report it."""
        try:
            return None if self._folder is None else shutil.disk_usage(self._folder).free
        except OSError:
            return None

    def sweep(self, *, older_than_s: float) -> int:
        """Delete old temporary files of killed writers, and return their number."""
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
        """Folder of unfinished blobs; on the same file system, so that a rename is atomic."""
        if self._folder is None:
            return Path(tempfile.gettempdir())
        incoming = self._folder / "incoming"
        incoming.mkdir(exist_ok=True)
        return incoming

    def _place(self, written: Path, sha256: str) -> None:
        """Move a complete and synced file to its place."""
        if self._folder is None:
            store = self.objects.for_large(_key(sha256))
            with self.objects.answering(), written.open("rb") as file:
                obstore.put(store, _key(sha256), file, max_concurrency=_MAX_PARTS_AT_ONCE)
            written.unlink()
            return
        target = self._folder / _key(sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        written.rename(target)
        self.objects.sync_folder(target.parent)


class BlobWriter:
    """A blob that is being written: in the store when `commit` returns, or not at all.

    The bytes go to a temporary file beside the blobs, those of a small blob all at once with `commit`, which
    syncs the file, renames it to its digest, and syncs the folder, so that what a record names outlives a
    power cut.
    """

    def __init__(self, store: BlobStore, limit_bytes: int | None) -> None:
        self._store = store
        self._limit_bytes = limit_bytes
        self._hash = hashlib.sha256()
        self._size_bytes = 0
        self._held: list[bytes] = []
        self._file: BinaryIO | None = None
        self._path = Path()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()

    @property
    def size_bytes(self) -> int:
        """Number of bytes written."""
        return self._size_bytes

    @property
    def sha256(self) -> str:
        """SHA-256 of the bytes written."""
        return self._hash.hexdigest()

    def write(self, piece: bytes) -> int:
        """Append bytes.

        Raises
        ------
        TooLarge
            As soon as the limit is passed.
        StoreUnavailable
            When the disk is full or away.
        """
        is_held = self._is_held_with(piece)
        self._size_bytes += len(piece)
        if self._limit_bytes is not None and self._size_bytes > self._limit_bytes:
            raise TooLarge(self._limit_bytes)
        self._hash.update(piece)
        if is_held:
            self._held.append(bytes(piece))
        else:
            with translated_os():
                self._opened().write(piece)
        return len(piece)

    def commit(self) -> Blob:
        """Store the blob; StoreUnavailable when that fails."""
        sha256 = self.sha256
        with translated_os():
            file = self._opened()
            file.flush()
            os.fsync(file.fileno())
            file.close()
            self._store._place(self._path, sha256)
            self._file = None
        return Blob(sha256, self._size_bytes)

    def discard(self) -> None:
        """Delete what was written, unless it was committed."""
        if self._file is not None:
            with suppress(OSError):  # what a full disk didn't take is still in the buffer
                self._file.close()
            self._path.unlink(missing_ok=True)

    def _is_held_with(self, piece: bytes) -> bool:
        """Return whether the next bytes would stay in memory."""
        return self._file is None and self._size_bytes + len(piece) <= _MAX_HELD_BYTES

    def _opened(self) -> BinaryIO:
        """Return the temporary file; what was held in memory is in it."""
        if self._file is None:
            descriptor, name = tempfile.mkstemp(dir=self._store._incoming, prefix="blob-")
            self._file, self._path = os.fdopen(descriptor, "wb"), Path(name)
            self._file.writelines(self._held)
            self._held.clear()
        return self._file


def _key(name: str) -> str:
    """Return the key of a blob by its digest, or of a pack: beside others whose jobs' ids end alike."""
    if _DIGEST.fullmatch(name):
        return f"sha256/{name[:2]}/{name}"
    if _PACK.fullmatch(name):
        return f"packs/{name.partition('.')[0][-1]}/{name}"
    raise NotFound("blob", name)

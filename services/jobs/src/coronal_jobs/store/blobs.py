"""The blob store: bytes by their SHA-256, on a disk or in S3."""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, ObjectStore, from_url

from coronal_jobs.errors import NotFound, StoreUnavailable, TooLarge

__all__ = ["Blob", "BlobStore", "BlobWriter"]

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

    Examples
    --------
    >>> import tempfile
    >>> blobs = BlobStore(Path(tempfile.mkdtemp()).as_uri())
    >>> blob = blobs.put(b"pixels")
    >>> blobs.read(blob.sha256)
    b'pixels'
    """

    def __init__(self, url: str) -> None:
        if url.startswith("file://"):
            self._store: ObjectStore = LocalStore.from_url(url, mkdir=True)
        else:
            self._store = from_url(url)
        self._folder = _folder_of(self._store)

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
        """Give the bytes of a blob; NotFound when there is none."""
        return b"".join(self.stream(sha256))

    def stream(self, sha256: str) -> Iterator[bytes]:
        """Give the bytes of a blob piece by piece; NotFound, at once, when there is none."""
        with _answering(), _existing(sha256):
            pieces = obstore.get(self._store, _key(sha256)).stream(min_chunk_size=1 << 20)
        return _read(pieces)

    @contextmanager
    def local(self, sha256: str) -> Iterator[Path]:
        """Give a path where a blob can be read while the block runs; NotFound when there is none."""
        if self._folder is not None:
            path = self._folder / _key(sha256)
            if not path.is_file():
                raise NotFound("blob", sha256)
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
        with _answering(), _existing(sha256):
            blob = Blob(sha256, obstore.head(self._store, _key(sha256))["size"])
            length = min(head_bytes, blob.size_bytes)
            head = obstore.get_range(self._store, _key(sha256), start=0, length=length) if length else b""
        return blob, bytes(head)

    def scratch(self) -> BinaryIO:
        """Give an empty file without a name, beside the blobs: it goes with the process that has it open."""
        with _translated_os():
            return tempfile.TemporaryFile(dir=self._incoming)

    def delete(self, *digests: str) -> None:
        """Remove blobs; one that isn't there is no error."""
        for sha256 in digests:
            try:
                with _answering(), _existing(sha256):
                    obstore.delete(self._store, _key(sha256))
            except NotFound:
                continue

    def free_bytes(self) -> int | None:
        """Tell how much the disk can take; None where the store is no disk, or the disk doesn't say."""
        try:
            return None if self._folder is None else shutil.disk_usage(self._folder).free
        except OSError:
            return None

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
            with _answering(), written.open("rb") as file:
                obstore.put(self._store, _key(sha256), file)
            written.unlink()
            return
        target = self._folder / _key(sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        written.rename(target)
        for folder in target.parents[:3]:  # each may be new, by this process or by another
            _sync_folder(folder)


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
        with _translated_os():
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
        with _translated_os():
            return self._file.write(piece)

    def commit(self) -> Blob:
        """Make the bytes a blob; StoreUnavailable when the store can't."""
        sha256 = self.sha256
        with _translated_os():
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


def _read(pieces: Iterable[bytes]) -> Iterator[bytes]:
    with _answering():
        for piece in pieces:
            yield bytes(piece)


def _folder_of(store: ObjectStore) -> Path | None:
    if not isinstance(store, LocalStore) or store.prefix is None:
        return None
    return Path(store.prefix)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _existing(sha256: str) -> Iterator[None]:
    try:
        yield
    except (NotFoundError, FileNotFoundError) as missing:
        raise NotFound("blob", sha256) from missing


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except BaseError as away:
        raise StoreUnavailable("the store of images and results doesn't answer") from away


@contextmanager
def _translated_os() -> Iterator[None]:
    try:
        yield
    except OSError as full:
        reason = full.strerror or "an error of the disk"
        raise StoreUnavailable(f"the store of images and results can't write: {reason}") from full

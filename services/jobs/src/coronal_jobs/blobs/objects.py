"""Small objects in a folder or a bucket: durable and complete once written, or absent."""

import errno
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from uuid import uuid4

import obstore
from obstore.exceptions import NotFoundError
from obstore.store import LocalStore, ObjectStore

from coronal_jobs.blobs.bucket import Availability, open_bucket, open_bucket_for_large, translated
from coronal_jobs.errors import NotFound, StoreFull, StoreUnavailable

__all__ = ["Objects", "existing", "translated_os"]

_FULL = (errno.ENOSPC, errno.EDQUOT)


class Objects:
    """A folder or a bucket: the only class that knows which.

    Parameters
    ----------
    url
        ``file:///a/folder``, ``s3://bucket/prefix`` or ``memory:///``.

    Attributes
    ----------
    store
        The store that obstore opens for the URL.
    folder
        The folder; None where the store is no disk.
    """

    def __init__(self, url: str) -> None:
        if url.startswith("file://"):
            self.store: ObjectStore = LocalStore.from_url(url, mkdir=True)
            self._for_large: ObjectStore = self.store
        else:
            self.store = open_bucket(url)
            # What is in memory is in one store alone.
            self._for_large = self.store if url.startswith("memory:") else open_bucket_for_large(url)
        self.folder = _folder_of(self.store)
        self._availability = Availability()
        self._lasting: set[Path] = set()

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Turn what obstore raises where the store is away into `StoreUnavailable`."""
        with self._availability.asked() if self.folder is None else translated():
            yield

    def for_large(self, key: str) -> ObjectStore:
        """Return the store for large objects, whose transfers may take any time; it must answer.

        Parameters
        ----------
        key
            The object's; it need not be there.

        Raises
        ------
        StoreUnavailable
            When it doesn't answer.
        """
        if self.folder is None and not self._availability.is_fresh:
            self.has(key)
        return self._for_large

    def put(self, contents: Mapping[str, bytes]) -> None:
        """Write small objects by their keys; all are durable when this returns.

        A process that dies meanwhile may leave a truncated object behind: readers must recognize that.

        Raises
        ------
        StoreFull
            When the disk is full; then none is there.
        StoreUnavailable
            When the store can't for another reason.
        """
        if self.folder is None:
            with self.answering():
                for key, content in contents.items():
                    obstore.put(self.store, key, content)
            return
        try:
            with translated_os():
                for key, content in contents.items():
                    _write(self.folder / key, content)
                self._sync_folders_of(contents)
        except StoreUnavailable:
            with suppress(StoreUnavailable):
                self.delete(contents)
            raise

    def replace(self, key: str, content: bytes) -> None:
        """Replace a small object atomically.

        Raises
        ------
        StoreFull, StoreUnavailable
            As from `put`; then the other is still there.
        """
        if self.folder is None:
            self.put({key: content})
            return
        target, written = self.folder / key, self.folder / "incoming" / f"blob-{uuid4().hex}"
        with translated_os():
            _write(written, content)
            target.parent.mkdir(parents=True, exist_ok=True)
            written.rename(target)
            self.sync_folder(target.parent)

    def get(self, key: str) -> bytes:
        """Read an object; NotFound when there is none."""
        with self.answering(), existing("object", PurePosixPath(key).name):
            return bytes(obstore.get(self.store, key).bytes())

    def has(self, key: str) -> bool:
        """Return whether there is an object."""
        try:
            with self.answering(), existing("object", PurePosixPath(key).name):
                obstore.head(self.store, key)
        except NotFound:
            return False
        return True

    def delete(self, keys: Collection[str]) -> None:
        """Delete objects durably; a missing one is no error."""
        if self.folder is None:
            for key in keys:
                with self.answering(), _missing_is_fine():
                    obstore.delete(self.store, key)
            return
        with translated_os():
            for key in keys:
                (self.folder / key).unlink(missing_ok=True)
            self._sync_folders_of(keys)

    def names(self, under: str) -> list[str]:
        """Return the names of the objects right under a prefix, sorted."""
        if self.folder is None:
            with self.answering():
                found = [meta["path"] for chunk in obstore.list(self.store, under) for meta in chunk]
            return sorted(PurePosixPath(path).name for path in found)
        try:
            with translated_os():
                return sorted(os.listdir(self.folder / under))
        except StoreUnavailable as away:
            if isinstance(away.__cause__, FileNotFoundError):
                return []
            raise

    def sync_folder(self, folder: Path) -> None:
        """Sync a folder, so that the files in it outlive a power cut.

        Its parents are synced once in a process: each may be new, by this process or by another.
        """
        _sync(folder)
        if folder not in self._lasting and self.folder is not None:
            for above in folder.parents[: len(folder.relative_to(self.folder).parts)]:
                _sync(above)
            self._lasting.add(folder)

    def _sync_folders_of(self, keys: Collection[str]) -> None:
        folders = {(self.folder / key).parent for key in keys} if self.folder is not None else set()
        for folder in folders:
            if folder.is_dir():
                self.sync_folder(folder)


@contextmanager
def existing(kind: str, name: str) -> Iterator[None]:
    """Translate a missing object into `NotFound`."""
    try:
        yield
    except (NotFoundError, FileNotFoundError) as missing:
        raise NotFound(kind, name) from missing


@contextmanager
def translated_os() -> Iterator[None]:
    """Translate an error of the disk into `StoreUnavailable`, or `StoreFull` where it is full."""
    try:
        yield
    except OSError as wrong:
        reason = wrong.strerror or "an error of the disk"
        kind = StoreFull if wrong.errno in _FULL else StoreUnavailable
        raise kind(f"the store of images and results can't write: {reason}") from wrong


@contextmanager
def _missing_is_fine() -> Iterator[None]:
    try:
        yield
    except (NotFoundError, FileNotFoundError):
        return


def _folder_of(store: ObjectStore) -> Path | None:
    if not isinstance(store, LocalStore) or store.prefix is None:
        return None
    return Path(store.prefix)


def _write(path: Path, content: bytes) -> None:
    """Write a file under its own name: with a rename it would cost a second commit of the disk's journal."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

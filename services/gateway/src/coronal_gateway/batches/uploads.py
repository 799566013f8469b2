"""Uploads of a batch: images, each accepted or refused on its own, and archives of them."""

from collections.abc import Callable
from typing import BinaryIO

from coronal.errors import BadArchive, InputError, UnknownFormat
from coronal_gateway.http.executor import Executor
from coronal_gateway.http.uploads import ImageUpload
from coronal_jobs.blobs.objects import translated_os
from coronal_jobs.errors import TooLarge

__all__ = ["ArchiveUpload", "ItemUpload"]

_REFUSALS = (UnknownFormat, TooLarge, BadArchive)
"""Errors that refuse one image, and not the others."""


class ItemUpload:
    """An image of a batch that is being received. The rest of a refused one is skipped.

    Parameters
    ----------
    upload
        Upload to which the bytes are written.
    accept
        Called with the upload when it is complete.
    refuse
        Called with the reason when it is refused.

    Attributes
    ----------
    is_refused
        Whether the rest of it is skipped.
    """

    def __init__(
        self,
        upload: ImageUpload,
        accept: Callable[[ImageUpload], None],
        refuse: Callable[[InputError], None],
    ) -> None:
        self._upload = upload
        self._accept = accept
        self._refuse = refuse
        self.is_refused = False

    def write(self, piece: bytes) -> None:
        """Write bytes; StoreUnavailable when they can't be written."""
        self._try(lambda: self._upload.write(piece))

    def check(self) -> None:
        """Complete the image and accept it."""
        self._try(self._upload.check)
        if not self.is_refused:
            self._accept(self._upload)

    def break_off(self, wrong: InputError) -> None:
        """Refuse the image, whatever has arrived of it."""
        self._upload.discard()
        if not self.is_refused:
            self.is_refused = True
            self._refuse(wrong)

    def _try(self, step: Callable[[], None]) -> None:
        if self.is_refused:
            return
        try:
            step()
        except _REFUSALS as wrong:
            self.break_off(wrong)


class ArchiveUpload:
    """An archive that is being received.

    Parameters
    ----------
    file
        File to which the bytes are written.
    limit_bytes
        Maximum size.
    unpack
        Called with the file when it is complete.
    executor
        Runs the writes.
    """

    def __init__(
        self, file: BinaryIO, limit_bytes: int, unpack: Callable[[BinaryIO], None], executor: Executor
    ) -> None:
        self._file = file
        self._limit_bytes = limit_bytes
        self._unpack = unpack
        self._executor = executor

    def write(self, piece: bytes) -> None:
        """Write bytes.

        Raises
        ------
        TooLarge
            As soon as the limit is exceeded.
        StoreUnavailable
            When they can't be written.
        """
        with translated_os():
            self._executor(self._file.write, piece)
            size_bytes = self._file.tell()
        if size_bytes > self._limit_bytes:
            raise TooLarge(self._limit_bytes)

    def check(self) -> None:
        """Complete the archive and unpack it; StoreUnavailable when it can't be written."""
        with translated_os():  # around the flush alone: reading a broken archive raises OSError as well
            self._executor(self._file.flush)
        self._unpack(self._file)

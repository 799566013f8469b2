"""The files of a batch, as they come in: images, each judged on its own, and archives of them."""

from collections.abc import Callable
from typing import BinaryIO

from coronal.errors import InputError, UnknownFormat
from coronal_gateway.aside import Aside
from coronal_gateway.errors import BadArchive
from coronal_gateway.uploads import ImageUpload
from coronal_jobs.errors import TooLarge
from coronal_jobs.store.objects import translated_os

__all__ = ["ArchiveUpload", "ItemUpload"]

_WRONG_ALONE = (UnknownFormat, TooLarge, BadArchive)
"""What is wrong with an image alone, and no reason to refuse the others."""


class ItemUpload:
    """An image of a batch that comes in. One that is refused is passed over to its end.

    Parameters
    ----------
    upload
        Where its bytes go.
    keep
        Called with the upload when it is whole.
    refuse
        Called with the reason when it is none that is taken.

    Attributes
    ----------
    is_refused
        Whether what still comes of it is passed over.
    """

    def __init__(
        self,
        upload: ImageUpload,
        keep: Callable[[ImageUpload], None],
        refuse: Callable[[InputError], None],
    ) -> None:
        self._upload = upload
        self._keep = keep
        self._refuse = refuse
        self.is_refused = False

    def write(self, piece: bytes) -> None:
        """Take bytes; StoreUnavailable when they can't be written."""
        self._try(lambda: self._upload.write(piece))

    def check(self) -> None:
        """Take it that all bytes are there, and keep the image."""
        self._try(self._upload.check)
        if not self.is_refused:
            self._keep(self._upload)

    def break_off(self, wrong: InputError) -> None:
        """Refuse it, in the midst or before it has begun."""
        self._upload.discard()
        if not self.is_refused:
            self.is_refused = True
            self._refuse(wrong)

    def _try(self, step: Callable[[], None]) -> None:
        if self.is_refused:
            return
        try:
            step()
        except _WRONG_ALONE as wrong:
            self.break_off(wrong)


class ArchiveUpload:
    """An archive that comes in.

    Parameters
    ----------
    file
        Where its bytes go.
    limit_bytes
        The largest that is taken.
    unpack
        Called with the file when it is whole.
    aside
        Where it is written.
    """

    def __init__(
        self, file: BinaryIO, limit_bytes: int, unpack: Callable[[BinaryIO], None], aside: Aside
    ) -> None:
        self._file = file
        self._limit_bytes = limit_bytes
        self._unpack = unpack
        self._aside = aside

    def write(self, piece: bytes) -> None:
        """Take bytes.

        Raises
        ------
        TooLarge
            As soon as the limit is passed.
        StoreUnavailable
            When they can't be written.
        """
        with translated_os():
            self._aside(self._file.write, piece)
            size_bytes = self._file.tell()
        if size_bytes > self._limit_bytes:
            raise TooLarge(self._limit_bytes)

    def check(self) -> None:
        """Take it that all bytes are there, and unpack them; StoreUnavailable when they can't be written."""
        with translated_os():  # not while it is read: a full disk is no fault of the archive
            self._aside(self._file.flush)
        self._unpack(self._file)

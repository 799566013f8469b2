"""A file that gives no library more than it holds."""

import io
import os
from typing import Self

__all__ = ["BoundedFile"]


class BoundedFile(io.BufferedReader):
    """A file, read with buffers, that takes memory only for bytes that are there.

    Python's own takes memory for all that it is asked for: a length of 4 GB in a broken header costs 4 GB.

    Parameters
    ----------
    raw
        Where the bytes come from; it must know how to seek.
    size_bytes
        How many there are at most; by default found by a seek to the end, which inflates all of a file that
        is compressed within a zip.
    """

    def __init__(self, raw: io.RawIOBase, size_bytes: int | None = None) -> None:
        super().__init__(raw)
        self.size_bytes = self.seek(0, os.SEEK_END) if size_bytes is None else size_bytes
        self.seek(0)

    def __enter__(self) -> Self:
        return self

    def read(self, size: int | None = -1) -> bytes:
        """Read so many bytes, or as many as are left."""
        if size is not None and 0 <= size <= io.DEFAULT_BUFFER_SIZE:
            return super().read(size)
        left = max(self.size_bytes - self.tell(), 0)
        return super().read(left if size is None or size < 0 else min(size, left))

"""A compressed stream that is read like a file: inflated piece by piece, as far as it is asked for."""

import zlib
from typing import IO, Protocol

from coronal import BadImage

__all__ = ["Inflated", "Readable"]

_STEP_BYTES = 2**20
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_GZIP = b"\x1f\x8b"


class Readable(Protocol):
    """What bytes can be read from, one behind the other."""

    def read(self, size: int, /) -> bytes:
        """Read so many bytes, or fewer; none at the end alone."""
        ...


class Inflated:
    """What a stream of gzip (RFC 1952) or zlib (RFC 1950) inflates to; its checksum is verified at its end.

    Several streams of gzip one behind the other are one, as RFC 1952 wants it.

    Parameters
    ----------
    what
        What it is part of, e.g. ``NRRD file``.
    packed
        Where its bytes come from, from where it stands.
    """

    def __init__(self, what: str, packed: IO[bytes]) -> None:
        self._what = what
        self._packed = packed
        self._rest = b""
        self._stream = zlib.decompressobj(_GZIP_OR_ZLIB)

    def read(self, size: int, /) -> bytes:
        """Inflate so many bytes, or fewer; none at the end alone. BadImage where it ends too early."""
        while size > 0 and self._has_more():
            packed = self._rest or self._packed.read(_STEP_BYTES)
            piece = self._stream.decompress(packed, size)
            self._rest = self._stream.unconsumed_tail or self._stream.unused_data
            if piece:
                return piece
            if not packed and not self._stream.eof:
                raise BadImage(f"the compressed stream of a {self._what} must be whole, found it truncated")
        return b""

    def _has_more(self) -> bool:
        if not self._stream.eof:
            return True
        if len(self._rest) < len(_GZIP):
            self._rest += self._packed.read(_STEP_BYTES)
        if self._rest.startswith(_GZIP):
            self._stream = zlib.decompressobj(_GZIP_OR_ZLIB)
        return not self._stream.eof

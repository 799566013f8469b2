"""A bounded buffer for printed output: keeps its beginning and its end."""

__all__ = ["BoundedOutput"]

_MAX_HEAD_BYTES = 100_000
_MAX_TAIL_BYTES = 5_000
_MAX_LINES = 1_000
_MAX_LINE = 1_000
"""In characters."""


class BoundedOutput:
    r"""Buffers bytes, and returns lines of the first 100 kB and of the last 5 kB.

    >>> output = BoundedOutput()
    >>> output.add(b"reads a file\nhalf a li")
    >>> output.lines()
    ['reads a file']
    >>> output.rest()
    ['half a li']
    """

    def __init__(self) -> None:
        self._head = b""
        self._room_bytes = _MAX_HEAD_BYTES
        self._room_lines = _MAX_LINES
        self._tail = b""
        self._beyond_bytes = 0

    def add(self, chunk: bytes) -> None:
        """Append printed bytes."""
        head, beyond = chunk[: self._room_bytes], chunk[self._room_bytes :]
        self._head += head
        self._room_bytes -= len(head)
        self._beyond_bytes += len(beyond)
        self._tail = (self._tail + beyond)[-_MAX_TAIL_BYTES:]

    def lines(self) -> list[str]:
        """Return the complete lines of the first 100 kB that were added since the last call."""
        whole, newline, self._head = self._head.rpartition(b"\n")
        return self._shown(whole) if newline else []

    def rest(self) -> list[str]:
        """Return what remains at the end: an unterminated line, and the last lines."""
        last = self._shown(self._head)
        self._head = b""
        if self._beyond_bytes > len(self._tail):
            last.append(f"… {self._beyond_bytes - len(self._tail):,} bytes of output are left out …")
        self._room_lines += _MAX_TAIL_BYTES
        return last + self._shown(self._tail)

    def _shown(self, content: bytes) -> list[str]:
        found = [line[:_MAX_LINE] for line in content.decode(errors="replace").splitlines() if line.strip()]
        shown, left_out = found[: self._room_lines], found[self._room_lines :]
        self._room_lines -= len(shown)
        if left_out:
            self._beyond_bytes += sum(map(len, left_out))
            self._room_bytes = 0
        return shown

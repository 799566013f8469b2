"""The standard streams of a command that must go on, also where nobody can read what it says."""

import io
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["keep_going_unheard"]


def keep_going_unheard() -> None:
    """Keep writes to standard output and error from raising: a full disk or closed pipe ends no server."""
    sys.stdout = io.TextIOWrapper(
        _Unfailing(1, "w", closefd=False), sys.stdout.encoding, "replace", write_through=True
    )
    sys.stderr = io.TextIOWrapper(
        _Unfailing(2, "w", closefd=False), sys.stderr.encoding, "replace", write_through=True
    )


class _Unfailing(io.FileIO):
    """A file that is never full, as far as its writers can tell."""

    def write(self, content: "ReadableBuffer") -> int:
        """Write what can be written."""
        left = memoryview(content).cast("B")
        size_bytes = len(left)
        try:
            while left:
                left = left[super().write(left) or len(left) :]
        except OSError:
            pass
        return size_bytes

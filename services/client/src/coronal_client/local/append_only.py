"""The append-only file of the embedded Redis, and what of it was lost when a write was torn off."""

import re
from collections.abc import Iterator
from pathlib import Path

__all__ = ["AppendOnlyFile"]

_CUT = re.compile(r"Truncating the AOF (\S+) at offset (\d+)")
_DAMAGED = re.compile(r"Bad file format reading the append only file (\S+?):")


class AppendOnlyFile:
    """The files of a folder as they were before a server read them.

    Parameters
    ----------
    folder
        The server's folder; its files are in ``appendonlydir`` there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "appendonlydir"
        self._sizes = {path.name: path.stat().st_size for path in self.folder.glob("*")}

    def truncations(self, log: str) -> Iterator[str]:
        """Yield what the server has cut off, by its log: from an unfinished write on.

        Parameters
        ----------
        log
            Of this start.
        """
        for name, offset in _CUT.findall(log):
            lost_bytes = max(0, self._sizes.get(name, 0) - int(offset))
            yield (
                "Redis's append-only file ended in the middle of a write: its last "
                f"{lost_bytes:,} bytes, from byte {int(offset):,} of {name} on, are gone, and with them the "
                "records of what happened last"
            )

    def damage(self, log: str) -> str:
        """Return which file the server can't read, and what to do; empty where it could read all."""
        found = _DAMAGED.search(log)
        if found is None:
            return ""
        return (
            f"can't read its append-only file: {found[1]} is damaged in its middle. Move {self.folder} away "
            "(and keep it), start again with none, and then run `coronal recover --data FOLDER`: it admits "
            "every job again"
        )

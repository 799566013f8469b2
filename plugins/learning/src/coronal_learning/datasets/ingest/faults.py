"""Faults of a data set, collected so that all are reported at once."""

from coronal import BadDataset

__all__ = ["Faults"]

_MAX_REPORTED = 1_000


class Faults:
    """Collects what is wrong, a line each.

    Examples
    --------
    >>> faults = Faults()
    >>> faults.add("'a.png': the file is empty")
    >>> bool(faults)
    True
    >>> faults.raise_any()
    Traceback (most recent call last):
    coronal.errors.BadDataset: the data set can't be taken: 'a.png': the file is empty
    """

    def __init__(self) -> None:
        self._reported: list[str] = []
        self._unreported = 0

    def __bool__(self) -> bool:
        return bool(self._reported)

    def add(self, fault: str) -> None:
        """Add a fault; after the thousandth only their number is kept."""
        if len(self._reported) < _MAX_REPORTED:
            self._reported.append(fault)
        else:
            self._unreported += 1

    def raise_any(self) -> None:
        """Raise BadDataset if there is any."""
        if self._reported:
            more = [f"{self._unreported:,} more are not listed"] if self._unreported else []
            raise BadDataset([*self._reported, *more])

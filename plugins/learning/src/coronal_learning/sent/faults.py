"""What is wrong with what was sent: all of it is told at once."""

from coronal import BadDataset

__all__ = ["Faults"]

_MOST_TOLD = 1_000


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
        self._told: list[str] = []
        self._untold = 0

    def __bool__(self) -> bool:
        return bool(self._told)

    def add(self, fault: str) -> None:
        """Add one; of those after the thousandth only the number is kept."""
        if len(self._told) < _MOST_TOLD:
            self._told.append(fault)
        else:
            self._untold += 1

    def raise_any(self) -> None:
        """Raise BadDataset when there is one."""
        if self._told:
            more = [f"{self._untold:,} more are not told"] if self._untold else []
            raise BadDataset([*self._told, *more])

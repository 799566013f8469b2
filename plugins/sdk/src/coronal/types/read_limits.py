"""How large an image may be that a reader gives."""

import math
from dataclasses import dataclass

from coronal.errors import BadImage

__all__ = ["ReadLimits"]


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """What a file may make of itself in memory; a reader that wants it takes it after the path.

    Parameters
    ----------
    max_values
        The most values, pixels × channels, that an image may have. By default those of 2,048 slices of
        512 × 512 pixels.
    max_inflated_bytes
        The most bytes that a compressed stream may become that must be inflated whole before its header can
        be read.

    Examples
    --------
    >>> ReadLimits(max_values=1_000_000).check_values("PNG file", 60_000, 60_000, 3)
    Traceback (most recent call last):
    coronal.errors.BadImage: a PNG file may have at most 1,000,000 values, found 60,000 × 60,000 × 3
    """

    max_values: int = 2**29
    max_inflated_bytes: int = 2**28

    def check_values(self, what: str, *sizes: int) -> None:
        """Check what a header declares, before anything is decoded or memory is taken for it.

        Parameters
        ----------
        what
            What the header is of, e.g. ``PNG file``.
        sizes
            The length of each axis, channels included.

        Raises
        ------
        BadImage
            When their product is over the limit.
        """
        # In Python's numbers: NumPy's, and those of most formats, would wrap round.
        if math.prod(map(int, sizes)) > self.max_values:
            found = " × ".join(f"{int(size):,}" for size in sizes if size != 1)
            raise BadImage(f"a {what} may have at most {self.max_values:,} values, found {found}")

    def check_inflated(self, what: str, found_bytes: int) -> None:
        """Check how many bytes a stream has become, while it is being inflated.

        Raises
        ------
        BadImage
            When they are over the limit.
        """
        if found_bytes > self.max_inflated_bytes:
            raise BadImage(
                f"a {what} may inflate to at most {self.max_inflated_bytes:,} bytes, found more than that"
            )

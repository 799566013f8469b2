"""The border to the decoders: whatever a library says of a broken file, a reader says `BadImage`."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from coronal import BadImage, UnknownFormat
from coronal.spec import HEAD_BYTES, FormatSpec

__all__ = ["check_head", "check_room", "decoding", "silence"]


@contextmanager
def decoding(what: str) -> Iterator[None]:
    """Turn every error of the libraries called inside into `BadImage`, and keep their warnings quiet.

    The error that was found stays as the cause. Its text isn't quoted: libraries put values of the file and
    paths into it.

    Parameters
    ----------
    what
        What is decoded, e.g. ``PNG file``.

    Raises
    ------
    BadImage
        When anything but a `BadImage` is raised inside.

    Examples
    --------
    >>> with decoding("PNG file"):
    ...     raise OSError("unexpected end")
    Traceback (most recent call last):
    coronal.errors.BadImage: the PNG file must be whole and sound, found it broken or truncated (OSError)
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except BadImage:
        raise
    except (NotImplementedError, ImportError) as error:
        raise BadImage(f"the {what} must be of a form that its decoder reads, found another one") from error
    except MemoryError as error:
        raise BadImage(f"the {what} must fit into memory, found more pixels declared than do") from error
    # Broad with reason: on broken bytes the decoders raise almost any class, RecursionError included.
    except Exception as error:
        found = f"found it broken or truncated ({type(error).__name__})"
        raise BadImage(f"the {what} must be whole and sound, {found}") from error


def check_head(file: IO[bytes], spec: FormatSpec) -> None:
    """Look at a file's first bytes, and go back to its start.

    Raises
    ------
    UnknownFormat
        When they have no signature of the format.
    """
    head = file.read(HEAD_BYTES)
    file.seek(0)
    if not spec.knows(head):
        raise UnknownFormat(head, (spec.name,))


def check_room(what: str, *, declared: int, found: int) -> None:
    """Check, before anything is decoded, that a file is long enough for what its header declares.

    Parameters
    ----------
    what
        What the header is of, e.g. ``NIfTI file``.
    declared, found
        The bytes of pixels that the header declares, and those that there can be.

    Raises
    ------
    BadImage
        When there are fewer.
    """
    if found < declared:
        raise BadImage(
            f"the {what} must hold {declared} bytes of pixels by its header, found {found}: it is truncated"
        )


def silence(*loggers: str) -> None:
    """Keep the log of a library quiet for good: it quotes what the file says, patients included."""
    for name in loggers:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)

"""What can go wrong with a record, a blob or the pools.

::

    coronal.CoronalError
    ├── coronal.InputError
    │   ├── coronal.BadPipeline
    │   │   └── coronal.pipelines.errors.StagesDontFit
    │   │       └── NotTogether     stages-dont-fit       422
    │   ├── NotFound                not-found             404
    │   ├── VersionInUse            version-in-use        409
    │   ├── TooLarge                too-large             413
    │   └── IdempotencyConflict     idempotency-conflict  422
    ├── BlobDamaged                 blob-damaged          500
    ├── QueueFull                   queue-full            429
    └── StoreUnavailable            store-unavailable     503
        ├── NoWorkers               no-workers            503
        └── StoreFull               store-full            503
"""

from collections.abc import Iterable
from typing import Self

from coronal.errors import CoronalError, InputError, shown
from coronal.pipelines.errors import StagesDontFit

__all__ = [
    "BlobDamaged",
    "IdempotencyConflict",
    "NoWorkers",
    "NotFound",
    "NotTogether",
    "QueueFull",
    "StoreFull",
    "StoreUnavailable",
    "TooLarge",
    "VersionInUse",
]


class NotTogether(StagesDontFit):
    """Raised when no worker offers all that a stage, its model or a task needs, though some offer each."""


class NotFound(InputError):
    """Raised when there is no such job, result, pipeline or algorithm.

    Attributes
    ----------
    kind
        What was looked for: ``job``, ``result``, ``pipeline``, ``plugin``, ``blob``.
    name
        The identifier that was given.
    """

    code = "not-found"

    def __init__(self, kind: str, name: str) -> None:
        self.kind = kind
        self.name = name
        super().__init__(f"there is no {kind} {shown(name)}")


class VersionInUse(InputError):
    """Raised when a version of a model is to be removed that an alias stands for."""

    code = "version-in-use"

    def __init__(self, version: str, alias: str) -> None:
        super().__init__(
            f"the alias {shown(alias)} stands for {shown(version)}: promote another, or remove it, first"
        )


class TooLarge(InputError):
    """Raised when a file is larger than is taken.

    Attributes
    ----------
    limit_bytes
        The largest size that is taken.
    """

    code = "too-large"

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        super().__init__(f"the file must be of at most {limit_bytes:,} bytes, found more")


class IdempotencyConflict(InputError):
    """Raised when an idempotency key comes with another order than before.

    Attributes
    ----------
    parameter
        What the key is called.
    differs
        The parts of the order that are not as before: ``image``, ``name``, ``reference``,
        ``pipeline``, ``seed``, ``task``, ``replay_of``; ``step`` where one of the two is no order.
    """

    code = "idempotency-conflict"
    parameter = "Idempotency-Key"

    def __init__(self, differs: Iterable[str]) -> None:
        self.differs = tuple(differs)
        parts = " and ".join(self.differs)
        super().__init__(
            f"{self.parameter} must be a new one for another job; it came before, with another {parts}"
        )


class BlobDamaged(CoronalError):
    """Raised when what is read from the blob store isn't what was written: a disk has changed it.

    It is not the fault of the one who sent it. The same file sent again takes the damaged one's place.

    Attributes
    ----------
    sha256
        The digest that the bytes must have.
    """

    code = "blob-damaged"

    def __init__(self, sha256: str, found: str) -> None:
        self.sha256 = sha256
        super().__init__(
            f"stored bytes are damaged: they must have {_beginning_of(sha256)}, found {found}; "
            "a file that was sent can be sent again"
        )

    @classmethod
    def by_digest(cls, sha256: str, found: str) -> Self:
        """Make the error of bytes whose digest is another."""
        return cls(sha256, _beginning_of(found))

    @classmethod
    def by_size(cls, sha256: str, expected_bytes: int, found_bytes: int) -> Self:
        """Make the error of bytes that are more or fewer than were written."""
        return cls(sha256, f"{found_bytes:,} bytes of {expected_bytes:,}")


def _beginning_of(sha256: str) -> str:
    return f"the digest {sha256[:12]}…"


class QueueFull(CoronalError):
    """Raised when there are as many queued and running jobs as there may be.

    Attributes
    ----------
    retry_after_s
        When it is worth trying again, in seconds.
    """

    code = "queue-full"

    def __init__(self, *, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__("there are as many queued and running jobs as this server takes; try again later")


class StoreUnavailable(CoronalError):
    """Raised when Redis or the blob store doesn't answer.

    Attributes
    ----------
    retry_after_s
        When it is worth trying again, in seconds.
    """

    code = "store-unavailable"

    def __init__(self, message: str, *, retry_after_s: int = 5) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(message)


class NoWorkers(StoreUnavailable):
    """Raised when no worker has published an offer, so that no pipeline can be checked or refused."""

    code = "no-workers"


class StoreFull(StoreUnavailable):
    """Raised when Redis or the disk of the blob store is too full to take in new work."""

    code = "store-full"

    def __init__(self, message: str, *, retry_after_s: int = 30) -> None:
        super().__init__(message, retry_after_s=retry_after_s)

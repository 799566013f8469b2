"""Which blobs are still wanted, so that the bytes of the others can go and none goes too early."""

import time
from collections.abc import Sequence

from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.store.blobs import BlobStore
from coronal_jobs.store.connection import Connection
from coronal_jobs.store.intake import Intake
from coronal_jobs.store.registry import Registry
from coronal_jobs.store.scripts import source_of
from coronal_jobs.store.shelf import Shelf

__all__ = ["HOLD_S", "Holdings"]

HOLD_S = 3600.0
"""How long a blob is kept for a record that is yet to name it."""

_TORN_S = 24 * 3600.0
_WAIT_S = 0.01
_MOST_WAITS = 200


class Holdings:
    """Holds blobs before a record names them, and removes those that nobody names or holds.

    The order of steps keeps it safe without a lock on files: hold, write the bytes, let a record name them;
    and on the other side: nobody names them, doom, remove the bytes. What the intake or the registry names
    stays, also when Redis has forgotten all records.

    Attributes
    ----------
    intake
        The orders that lie beside the blobs.
    registry
        The data sets and models, which lie there too, on its shelf.
    """

    def __init__(
        self,
        connection: Connection,
        blobs: BlobStore,
        intake: Intake | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        self._redis = connection
        self._blobs = blobs
        self.intake = intake or Intake(blobs.objects)
        self.registry = Registry(connection, shelf or Shelf(blobs.objects))
        self._hold, self._drop, self._doom, self._unhold = (
            connection.register_script(source_of(name)) for name in ("hold", "drop", "doom", "unhold")
        )

    def hold(self, holder: str, digests: Sequence[str]) -> None:
        """Keep blobs that are about to be written, until a record names them or `HOLD_S` have passed.

        Parameters
        ----------
        holder
            The id of the job or batch that will name them: what `admit` and `commit` look for.
        digests
            Their SHA-256.

        Raises
        ------
        StoreUnavailable
            When the same bytes are being removed, and that doesn't end.
        """
        for _ in range(_MOST_WAITS):
            if self._hold(args=[holder, round(HOLD_S * 1000), *digests]) == "held":
                return
            time.sleep(_WAIT_S)
        raise StoreUnavailable("the same image is being removed at this moment")

    def is_held(self, holder: str, sha256: str) -> bool:
        """Tell whether a blob is held by one."""
        return self._redis.execute_command("ZSCORE", "coronal:holds", f"{sha256} {holder}") is not None

    def drop(self, holder: str, digests: Sequence[str]) -> list[str]:
        """End what somebody holds and will not name; give the blobs that nobody wants any more."""
        return list(self._drop(args=[holder, *digests]))

    def remove(self, digests: Sequence[str]) -> int:
        """Remove the bytes of those blobs that nobody names or holds, and tell how many it were."""
        removed = 0
        for sha256 in digests:
            if self._doom(args=[sha256]) == "doomed":
                if not self.intake.names_blob(sha256) and not self.registry.shelf.names_blob(sha256):
                    self._blobs.delete(sha256)
                    removed += 1
                # In this order: from the second on it may be written and let go of again.
                self._redis.ask_all(("SREM", "coronal:unnamed", sha256), ("DEL", f"coronal:doomed:{sha256}"))
        return removed

    def unnamed(self, *, most: int = 10_000) -> list[str]:
        """Give blobs that were let go of, and whose bytes nobody has removed yet."""
        return list(self._redis.execute_command("SRANDMEMBER", "coronal:unnamed", most))

    def sweep(self) -> int:
        """Remove what killed writers have left of blobs more than a day ago, and tell how many it were."""
        return self._blobs.sweep(older_than_s=_TORN_S)

    def end_old_holds(self, *, most: int = 1_000) -> list[str]:
        """End the holds whose time is over; give the blobs that nobody wants any more."""
        return list(self._unhold(args=[most]))

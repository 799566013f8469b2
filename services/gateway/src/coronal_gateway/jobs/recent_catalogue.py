"""The catalogue, cached for a second: read once for many requests."""

import time
from collections.abc import Callable
from typing import TypeVar

from coronal.errors import InputError, UnknownFormat
from coronal.pipelines.errors import UnknownName
from coronal_jobs.errors import NotTogether, NoWorkers
from coronal_jobs.pipeline.catalogue import Catalogue
from coronal_jobs.records.catalogue_store import CatalogueStore

__all__ = ["RecentCatalogue"]

_MAX_AGE_S = 1.0
_NOT_OFFERED = (UnknownName, UnknownFormat, NotTogether)
"""Errors for what isn't offered; another worker may offer it."""

T = TypeVar("T")


class RecentCatalogue:
    """Caches the catalogue, so that not every request reads it from Redis."""

    def __init__(self, store: CatalogueStore) -> None:
        self._store = store
        self._read: tuple[float, Catalogue] = (-_MAX_AGE_S, Catalogue())

    def now(self) -> Catalogue:
        """Read the catalogue from Redis."""
        catalogue = self._store.read()
        self._read = (time.monotonic(), catalogue)
        return catalogue

    def recent(self) -> Catalogue:
        """Return the catalogue, at most a second old."""
        # No lock: while Redis doesn't answer, each request must time out on its own, not after others.
        read_s, catalogue = self._read
        return catalogue if time.monotonic() - read_s < _MAX_AGE_S else self.now()

    def ask(self, query: Callable[[Catalogue], T]) -> T:
        """Evaluate a function of the recent catalogue, and again of the newest before it fails.

        So a plugin can be used as soon as its worker has published it. While no worker is alive, nobody knows
        what those that are being started will offer: what is missing is not refused then, but deferred.

        Raises
        ------
        NoWorkers
            When no worker has ever published what it offers; or none is alive, and the last did not offer
            what is needed.
        StoreUnavailable
            When Redis doesn't answer.
        CoronalError
            Whatever the function raises.
        """
        try:
            return query(_not_empty(self.recent()))
        except (InputError, NoWorkers):
            newest = _not_empty(self.now())
        try:
            return query(newest)
        except _NOT_OFFERED as missing:
            if newest.living:
                raise
            raise NoWorkers(
                f"no worker is alive at present, and the last did not offer this: {missing}"
            ) from missing

    def require_workers(self) -> None:
        """Raise NoWorkers when no worker has ever published what it offers."""
        self.ask(lambda catalogue: None)


def _not_empty(catalogue: Catalogue) -> Catalogue:
    if not catalogue.pools:
        raise NoWorkers("no worker has ever published what it offers; start one, then try again")
    return catalogue

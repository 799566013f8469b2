"""The catalogue as it was a moment ago: read once for many requests."""

import time
from collections.abc import Callable
from typing import TypeVar

from coronal.errors import InputError, UnknownFormat
from coronal_jobs.catalogue import Catalogue
from coronal_jobs.errors import NotTogether, NoWorkers, UnknownName
from coronal_jobs.store.catalogue import CatalogueStore

__all__ = ["RecentCatalogue"]

_OLDEST_S = 1.0
_NOT_THERE = (UnknownName, UnknownFormat, NotTogether)
"""What is raised where something isn't offered; another worker may offer it."""

T = TypeVar("T")


class RecentCatalogue:
    """Gives the catalogue without asking Redis for each request."""

    def __init__(self, store: CatalogueStore) -> None:
        self._store = store
        self._read: tuple[float, Catalogue] = (-_OLDEST_S, Catalogue())

    def now(self) -> Catalogue:
        """Give the catalogue as it is now."""
        catalogue = self._store.read()
        self._read = (time.monotonic(), catalogue)
        return catalogue

    def recent(self) -> Catalogue:
        """Give the catalogue as it was a second ago at most."""
        # No lock: while Redis doesn't answer, each request must fail in its own time and not after others.
        read_s, catalogue = self._read
        return catalogue if time.monotonic() - read_s < _OLDEST_S else self.now()

    def ask(self, question: Callable[[Catalogue], T]) -> T:
        """Put a question to the recent catalogue, and again to the newest before a refusal is told.

        So a plugin can be used as soon as its worker has published it. While no worker lives, nobody knows
        what those that are being started will offer: what isn't there is not refused then, but put off.

        Raises
        ------
        NoWorkers
            When no worker has ever told what it offers; or none lives, and the last did not offer what is
            asked for.
        StoreUnavailable
            When Redis doesn't answer.
        CoronalError
            Whatever the question raises.
        """
        try:
            return question(_not_empty(self.recent()))
        except (InputError, NoWorkers):
            newest = _not_empty(self.now())
        try:
            return question(newest)
        except _NOT_THERE as missing:
            if newest.living:
                raise
            raise NoWorkers(
                f"no worker lives at present, and the last did not offer this: {missing}"
            ) from missing

    def require_workers(self) -> None:
        """Do nothing; but raise NoWorkers when no worker has ever told what it offers."""
        self.ask(lambda catalogue: None)


def _not_empty(catalogue: Catalogue) -> Catalogue:
    if not catalogue.pools:
        raise NoWorkers("no worker has ever told what it offers; start one, then try again")
    return catalogue

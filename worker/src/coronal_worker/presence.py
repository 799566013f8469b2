"""Telling the gateway that this worker lives and what it offers."""

import logging
import threading

from coronal_jobs.catalogue import Offer
from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.store.catalogue import BEAT_S, CatalogueStore

__all__ = ["Presence"]

_log = logging.getLogger(__name__)


class Presence:
    """A thread that publishes a worker's offer, and then beats until it is left.

    Parameters
    ----------
    store
        The catalogue in Redis.
    pool, worker
        The names of pool and worker.
    offer
        What is published.
    """

    def __init__(self, store: CatalogueStore, pool: str, worker: str, offer: Offer) -> None:
        self._store = store
        self._pool = pool
        self._worker = worker
        self._offer = offer
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="coronal-presence", daemon=True)

    def start(self) -> None:
        """Publish as soon as Redis answers, and beat from then on."""
        self._thread.start()

    def leave(self) -> None:
        """Stop to beat, and tell that the worker is gone; nothing where it was never started."""
        if self._thread.ident is None:
            return
        self._stopped.set()
        self._thread.join()
        try:
            self._store.leave(self._pool, self._worker)
        except StoreUnavailable:
            _log.warning("Redis is away: the catalogue counts this worker for a while yet")

    def _run(self) -> None:
        is_published = False
        while True:
            try:
                is_published = is_published and self._store.beat(self._pool, self._worker, self._offer)
                if not is_published:
                    self._store.publish(self._pool, self._worker, self._offer)
                    is_published = True
                wait_s = float(BEAT_S)
            except StoreUnavailable:
                _log.warning("Redis is away: the catalogue can't be told that this worker lives")
                wait_s = 1.0
            if self._stopped.wait(wait_s):
                return

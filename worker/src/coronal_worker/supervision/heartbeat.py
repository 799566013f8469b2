"""The heartbeat of a worker: publishes its offer in the catalogue, and that it is alive."""

import logging
import threading

from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.pipeline.catalogue import Offer
from coronal_jobs.records.catalogue_store import HEARTBEAT_S, CatalogueStore

__all__ = ["Heartbeat"]

_log = logging.getLogger(__name__)


class Heartbeat:
    """A thread that publishes a worker's offer, and renews it until it is stopped.

    Parameters
    ----------
    store
        Catalogue in Redis.
    pool, worker
        Names of pool and worker.
    offer
        Algorithms, formats, pipelines and tasks that are published.
    """

    def __init__(self, store: CatalogueStore, pool: str, worker: str, offer: Offer) -> None:
        self._store = store
        self._pool = pool
        self._worker = worker
        self._offer = offer
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="coronal-heartbeat", daemon=True)

    def start(self) -> None:
        """Start the thread, which publishes as soon as Redis answers."""
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread, if it was started, and remove the worker from the catalogue."""
        if self._thread.ident is None:
            return
        self._stopped.set()
        self._thread.join()
        try:
            self._store.leave(self._pool, self._worker)
        except StoreUnavailable:
            _log.warning("Redis is away: the catalogue lists this worker until its heartbeat expires")

    def _run(self) -> None:
        is_published = False
        while True:
            try:
                is_published = is_published and self._store.heartbeat(self._pool, self._worker, self._offer)
                if not is_published:
                    self._store.publish(self._pool, self._worker, self._offer)
                    is_published = True
                wait_s = float(HEARTBEAT_S)
            except StoreUnavailable:
                _log.warning("Redis is away: the heartbeat of this worker can't be sent")
                wait_s = 1.0
            if self._stopped.wait(wait_s):
                return

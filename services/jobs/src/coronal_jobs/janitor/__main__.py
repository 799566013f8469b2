"""Start a janitor: ``python -m coronal_jobs.janitor``."""

import signal
import sys
import threading

from coronal_jobs.janitor.rounds import Janitor
from coronal_jobs.janitor.settings import JanitorSettings
from coronal_jobs.process_log import start_logging
from coronal_jobs.store.blobs import BlobStore
from coronal_jobs.store.connection import connect
from coronal_jobs.store.holdings import Holdings
from coronal_jobs.store.jobs import JobStore


def main() -> int:
    """Run a janitor until TERM or INT."""
    start_logging()
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    settings = JanitorSettings()
    connection = connect(settings)
    holdings = Holdings(connection, BlobStore(settings.blobs_url))
    Janitor(JobStore(connection), holdings, settings.keep_s).run(
        stopped.wait, every_s=settings.janitor_every_s
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Start a janitor: ``python -m coronal_jobs.maintenance.janitor``."""

import faulthandler
import signal
import sys
import threading
from collections.abc import Callable

from coronal_jobs.blobs.references import BlobReferences
from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.maintenance.janitor.rounds import Janitor
from coronal_jobs.maintenance.janitor.settings import JanitorSettings
from coronal_jobs.process_log import start_logging
from coronal_jobs.records.connection import connect
from coronal_jobs.records.job_store import JobStore
from coronal_jobs.settings import read_settings


def main() -> int:
    """Run a janitor until TERM or INT."""
    settings = read_settings(JanitorSettings, "coronal janitor")
    start_logging(settings, "janitor")
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    connection = connect(settings)
    blob_references = BlobReferences(connection, BlobStore(settings.blobs_url))
    janitor = Janitor(JobStore(connection), blob_references, settings.keep_s, settings.min_rewrite_s)
    janitor.run(_watched(stopped, settings.max_round_s), every_s=settings.janitor_every_s)
    return 0


def _watched(stopped: threading.Event, max_round_s: float) -> Callable[[float], bool]:
    """Wait between two rounds; a round that hangs ends the process, whatever it hangs in."""

    def wait(seconds: float) -> bool:
        faulthandler.dump_traceback_later(seconds + max_round_s, exit=True)
        return stopped.wait(seconds)

    return wait


if __name__ == "__main__":
    sys.exit(main())

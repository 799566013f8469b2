"""The command ``coronal worker``."""

import argparse
import gc
import logging
import os
import socket
from collections.abc import Sequence

from coronal_jobs.log_lines import log_event
from coronal_jobs.records.catalogue_store import CatalogueStore
from coronal_jobs.records.connection import connect
from coronal_jobs.records.job_store import JobStore
from coronal_jobs.settings import read_settings
from coronal_worker.messaging.celery_app import WorkerCallbacks, create_app, serve
from coronal_worker.running.loader import load_plugins
from coronal_worker.settings import WorkerSettings
from coronal_worker.supervision.bootstrap import export_to_spawned, start_logging, start_process
from coronal_worker.supervision.claims import claim_folder
from coronal_worker.supervision.heartbeat import Heartbeat
from coronal_worker.supervision.lease_supervisor import LeaseSupervisor
from coronal_worker.supervision.output_capture import OutputReader
from coronal_worker.supervision.output_log import OutputLog
from coronal_worker.supervision.pool_process import PoolProcess

__all__ = ["main"]

_log = logging.getLogger("coronal_worker")


def main(arguments: Sequence[str]) -> int:
    """Run a worker until it is stopped, and return its exit status.

    Plugins are loaded before the processes are forked, so that these share the memory of the libraries.
    """
    settings = _settings(arguments)
    name = f"{socket.gethostname()}-{os.getpid()}"
    start_logging(settings, name)
    loaded = load_plugins()
    offer = loaded.offer()
    gc.collect()
    gc.freeze()
    heartbeat = Heartbeat(CatalogueStore(connect(settings)), settings.pool, name, offer)
    algorithms = len(loaded.plugins.specs())
    log_event(_log, logging.INFO, "worker.started", algorithms=algorithms, processes=settings.processes)
    with claim_folder() as folder:
        lease_supervisor = LeaseSupervisor(JobStore(connect(settings)), folder, settings.times)
        if settings.start_method == "spawn":
            export_to_spawned(settings, name, folder)
        printed = OutputReader(folder, OutputLog(JobStore(connect(settings)), folder).write)

        def begin() -> PoolProcess:
            printed.close_in_child()
            return start_process(settings, loaded.plugins, offer, folder)

        app = create_app(settings, begin, offer.digest)

        def ready() -> None:
            heartbeat.start()
            lease_supervisor.start()

        try:
            return serve(
                app, settings, f"{settings.pool}@{name}", WorkerCallbacks(ready, lease_supervisor.release_all)
            )
        finally:
            lease_supervisor.stop()
            heartbeat.stop()
            log_event(_log, logging.INFO, "worker.stopped")


def _settings(arguments: Sequence[str]) -> WorkerSettings:
    parser = argparse.ArgumentParser(prog="coronal worker", description="Run the jobs of a pool.")
    fields = WorkerSettings.model_fields
    parser.add_argument("--pool", help=fields["pool"].description)
    parser.add_argument("--processes", type=int, help=fields["processes"].description)
    given = {name: value for name, value in vars(parser.parse_args(arguments)).items() if value is not None}
    return read_settings(WorkerSettings, parser.prog, **given)

"""The command ``coronal worker``."""

import argparse
import gc
import logging
import os
import socket
from collections.abc import Sequence

from coronal_jobs.store.blobs import BlobStore
from coronal_jobs.store.catalogue import CatalogueStore
from coronal_jobs.store.connection import connect
from coronal_jobs.store.jobs import JobStore
from coronal_worker.celery_app import create_app, serve
from coronal_worker.hop import HopRunner
from coronal_worker.loader import load_plugins
from coronal_worker.presence import Presence
from coronal_worker.process import PoolProcess
from coronal_worker.settings import WorkerSettings

__all__ = ["main"]

_log = logging.getLogger("coronal_worker")


def main(arguments: Sequence[str]) -> int:
    """Run a worker until it is told to stop, and give its exit status.

    Plugins are loaded before the processes are forked, so that these share the memory of the libraries.
    """
    settings = _settings(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("celery").setLevel(logging.WARNING)
    loaded = load_plugins()

    def start_process() -> PoolProcess:
        return PoolProcess(
            lambda: HopRunner(
                settings.pool, loaded.plugins, JobStore(connect(settings)), BlobStore(settings.blobs_url)
            )
        )

    name = f"{socket.gethostname()}-{os.getpid()}"
    presence = Presence(CatalogueStore(connect(settings)), settings.pool, name, loaded.offer())
    gc.collect()
    gc.freeze()
    _log.info(
        "pool %s: %d algorithms, %d processes", settings.pool, len(loaded.plugins.specs()), settings.processes
    )
    try:
        return serve(create_app(settings, start_process), settings, f"{settings.pool}@{name}", presence.start)
    finally:
        presence.leave()


def _settings(arguments: Sequence[str]) -> WorkerSettings:
    parser = argparse.ArgumentParser(prog="coronal worker", description="Take jobs of a pool and run them.")
    fields = WorkerSettings.model_fields
    parser.add_argument("--pool", help=fields["pool"].description)
    parser.add_argument("--processes", type=int, help=fields["processes"].description)
    given = {name: value for name, value in vars(parser.parse_args(arguments)).items() if value is not None}
    return WorkerSettings(**given)

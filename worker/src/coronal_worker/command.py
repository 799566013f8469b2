"""The command ``coronal worker``."""

import argparse
import gc
import logging
import os
import socket
from collections.abc import Sequence

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from coronal.errors import shown
from coronal_jobs.store.catalogue import CatalogueStore
from coronal_jobs.store.connection import connect
from coronal_jobs.store.jobs import JobStore
from coronal_worker.celery_app import Occasions, create_app, serve
from coronal_worker.claims import claim_folder
from coronal_worker.loader import load_plugins
from coronal_worker.output import OutputReader
from coronal_worker.presence import Presence
from coronal_worker.printed_lines import PrintedLines
from coronal_worker.process import PoolProcess
from coronal_worker.settings import WorkerSettings
from coronal_worker.starting import hand_down, start_logging, start_process
from coronal_worker.warden import Warden

__all__ = ["main"]

_log = logging.getLogger("coronal_worker")


def main(arguments: Sequence[str]) -> int:
    """Run a worker until it is told to stop, and give its exit status.

    Plugins are loaded before the processes are forked, so that these share the memory of the libraries.
    """
    settings = _settings(arguments)
    start_logging()
    loaded = load_plugins()
    offer = loaded.offer()
    gc.collect()
    gc.freeze()
    name = f"{socket.gethostname()}-{os.getpid()}"
    presence = Presence(CatalogueStore(connect(settings)), settings.pool, name, offer)
    _log.info(
        "pool %s: %d algorithms, %d processes", settings.pool, len(loaded.plugins.specs()), settings.processes
    )
    with claim_folder() as folder:
        warden = Warden(JobStore(connect(settings)), folder, settings.times)
        if settings.start_method == "spawn":
            hand_down(settings, folder)
        printed = OutputReader(folder, PrintedLines(JobStore(connect(settings))).store)

        def begin() -> PoolProcess:
            printed.leave_to_child()
            return start_process(settings, loaded.plugins, offer, folder)

        app = create_app(settings, begin, offer.digest)

        def ready() -> None:
            presence.start()
            warden.start()

        try:
            return serve(app, settings, f"{settings.pool}@{name}", Occasions(ready, warden.give_back))
        finally:
            warden.stop()
            presence.leave()


def _settings(arguments: Sequence[str]) -> WorkerSettings:
    parser = argparse.ArgumentParser(prog="coronal worker", description="Take jobs of a pool and run them.")
    fields = WorkerSettings.model_fields
    parser.add_argument("--pool", help=fields["pool"].description)
    parser.add_argument("--processes", type=int, help=fields["processes"].description)
    given = {name: value for name, value in vars(parser.parse_args(arguments)).items() if value is not None}
    try:
        return WorkerSettings(**given)
    except ValidationError as wrong:
        parser.error("; ".join(map(_told, wrong.errors())))


def _told(wrong: ErrorDetails) -> str:
    """Say what is wrong with a setting, by the name that it has in the environment too."""
    name = "_".join(map(str, wrong["loc"]))
    return f"{name} (CORONAL_{name.upper()}): {wrong['msg']}, found {shown(wrong['input'])}"

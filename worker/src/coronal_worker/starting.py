"""What a process of a worker is made of, however it was started."""

import logging
import os
from pathlib import Path

from coronal import Plugins
from coronal_jobs import process_log
from coronal_jobs.catalogue import Offer
from coronal_jobs.store.blobs import BlobStore
from coronal_jobs.store.connection import connect
from coronal_jobs.store.holdings import Holdings
from coronal_jobs.store.jobs import JobStore
from coronal_worker.celery_app import EXPECTED_ERRORS
from coronal_worker.hop import HopRunner
from coronal_worker.keeping import Keeper
from coronal_worker.models import Models
from coronal_worker.output import Output
from coronal_worker.process import PoolProcess
from coronal_worker.settings import WorkerSettings

__all__ = ["hand_down", "handed_down", "is_handed_down", "start_logging", "start_process"]

_CLAIMS = "CORONAL_CLAIM_FOLDER"


def start_logging() -> None:
    """Write what happens to the standard error."""
    process_log.start_logging(*EXPECTED_ERRORS)
    logging.getLogger("celery").setLevel(logging.WARNING)


def start_process(settings: WorkerSettings, plugins: Plugins, offer: Offer, folder: Path) -> PoolProcess:
    """Connect this process, and let it run jobs; it tells in a folder what it has claimed.

    Parameters
    ----------
    settings
        The worker's.
    plugins, offer
        What is loaded in this process, and the same as plain data.
    folder
        Of the claims.
    """
    output = Output(folder)
    connection = connect(settings)
    blobs = BlobStore(settings.blobs_url)
    runner = HopRunner(
        pool=settings.pool,
        plugins=plugins,
        models=Models(blobs, plugins, most_bytes=settings.most_model_bytes),
        jobs=JobStore(connection),
        keeper=Keeper(blobs, Holdings(connection, blobs)),
        lease_s=settings.lease_s,
        offer=offer,
        max_parked_s=settings.max_parked_s,
        settle=output.settle,
    )
    return PoolProcess(runner, folder, settings.limits, output)


def hand_down(settings: WorkerSettings, folder: Path) -> None:
    """Let processes that begin anew find in their environment what this worker was told."""
    os.environ |= {
        "CORONAL_POOL": settings.pool,
        "CORONAL_PROCESSES": str(settings.processes),
        _CLAIMS: str(folder),
    }


def is_handed_down() -> bool:
    """Tell whether this process was started by a worker that has handed down what it was told."""
    return _CLAIMS in os.environ


def handed_down() -> tuple[WorkerSettings, Path]:
    """Give what the worker of this process has handed down: its settings, and the folder of its claims."""
    return WorkerSettings(), Path(os.environ[_CLAIMS])

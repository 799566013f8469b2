"""Set-up of a worker's processes, forked or spawned: logging, connections, runner."""

import logging
import os
from pathlib import Path

from coronal import Plugins
from coronal_jobs import process_log
from coronal_jobs.blobs.references import BlobReferences
from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.pipeline.catalogue import Offer
from coronal_jobs.records.connection import connect
from coronal_jobs.records.job_store import JobStore
from coronal_worker.messaging.celery_app import EXPECTED_ERRORS
from coronal_worker.running.artifact_writer import ArtifactWriter
from coronal_worker.running.model_cache import ModelCache
from coronal_worker.running.stage_group import StageGroupRunner
from coronal_worker.settings import WorkerSettings
from coronal_worker.supervision.output_capture import CapturedOutput
from coronal_worker.supervision.pool_process import PoolProcess

__all__ = ["export_to_spawned", "inherited", "is_spawned", "start_logging", "start_process"]

_NAME = "CORONAL_WORKER_NAME"
_CLAIMS = "CORONAL_CLAIM_FOLDER"


def start_logging(settings: WorkerSettings, name: str) -> None:
    """Log to standard error, with the worker's name and pool in each line.

    Parameters
    ----------
    settings
        Format and level of the log.
    name
        Name of the worker.
    """
    process_log.start_logging(settings, "worker", *EXPECTED_ERRORS, worker=name, pool=settings.pool)
    logging.getLogger("celery").setLevel(logging.WARNING)


def start_process(settings: WorkerSettings, plugins: Plugins, offer: Offer, folder: Path) -> PoolProcess:
    """Connect this process to Redis and blobs, and return the pool process that runs jobs in it.

    Parameters
    ----------
    settings
        Settings of the worker.
    plugins, offer
        Plugins that are loaded in this process, and the same as plain data.
    folder
        Folder of the claims.
    """
    output = CapturedOutput(folder)
    connection = connect(settings)
    blobs = BlobStore(settings.blobs_url)
    runner = StageGroupRunner(
        pool=settings.pool,
        plugins=plugins,
        models=ModelCache(blobs, plugins, max_bytes=settings.max_model_bytes),
        jobs=JobStore(connection),
        artifact_writer=ArtifactWriter(blobs, BlobReferences(connection, blobs)),
        lease_s=settings.lease_s,
        offer=offer,
        max_parked_s=settings.max_parked_s,
        flush_output=output.flush,
        processes=settings.processes,
    )
    return PoolProcess(runner, folder, settings.limits, output)


def export_to_spawned(settings: WorkerSettings, name: str, folder: Path) -> None:
    """Put the worker's command line, name and claim folder into the environment of spawned processes."""
    os.environ |= {
        "CORONAL_POOL": settings.pool,
        "CORONAL_PROCESSES": str(settings.processes),
        _NAME: name,
        _CLAIMS: str(folder),
    }


def is_spawned() -> bool:
    """Return whether this process was spawned by a worker that called `export_to_spawned`."""
    return _CLAIMS in os.environ


def inherited() -> tuple[WorkerSettings, str, Path]:
    """Return settings, name and claim folder of the worker that spawned this process."""
    return WorkerSettings(), os.environ[_NAME], Path(os.environ[_CLAIMS])

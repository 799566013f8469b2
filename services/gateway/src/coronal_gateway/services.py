"""The stores and shared objects that the views use."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, cast

from flask import Flask, current_app

from coronal_gateway.http.executor import Executor, OffloadedBlobStore, OffloadedObjects
from coronal_gateway.http.long_polling import LongPolls
from coronal_gateway.jobs.event_feed import EventFeed
from coronal_gateway.jobs.recent_catalogue import RecentCatalogue
from coronal_gateway.pipelines.named import NamedPipelines
from coronal_gateway.settings import GatewaySettings
from coronal_jobs.blobs.references import BlobReferences
from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.journal.submission_journal import SubmissionJournal
from coronal_jobs.journal.version_journal import VersionJournal
from coronal_jobs.records.admission import Terms
from coronal_jobs.records.batch_store import BatchStore
from coronal_jobs.records.capacity import Capacity
from coronal_jobs.records.catalogue_store import CatalogueStore
from coronal_jobs.records.connection import connect
from coronal_jobs.records.events import EventStore
from coronal_jobs.records.idempotency import KeyStore
from coronal_jobs.records.job_store import JobStore
from coronal_jobs.records.metrics_store import MetricsStore
from coronal_jobs.records.named_pipelines import PipelineStore

__all__ = ["Services", "services"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Services:
    """The stores and objects that all requests of a process share."""

    settings: GatewaySettings
    jobs: JobStore
    batches: BatchStore
    keys: KeyStore
    pipelines: NamedPipelines
    blobs: BlobStore
    blob_references: BlobReferences
    capacity: Capacity
    catalogue: RecentCatalogue
    polls: LongPolls
    events: EventFeed
    metrics: MetricsStore
    executor: Executor
    started_s: float

    @classmethod
    def of(cls, settings: GatewaySettings, executor: Executor) -> Self:
        """Build them; nothing is sent to Redis before the first request.

        Parameters
        ----------
        settings
            Settings of the gateway.
        executor
            Runs blocking work.
        """
        connection = connect(settings)
        jobs = JobStore(connection)
        blobs = OffloadedBlobStore(settings.blobs_url, executor)
        objects = OffloadedObjects(blobs.objects, executor)
        feed = EventFeed(EventStore(connection))
        catalogue = RecentCatalogue(CatalogueStore(connection))
        return cls(
            settings=settings,
            jobs=jobs,
            batches=BatchStore(connection),
            keys=KeyStore(connection),
            pipelines=NamedPipelines(PipelineStore(connection), catalogue),
            blobs=blobs,
            blob_references=BlobReferences(
                connection, blobs, SubmissionJournal(objects), VersionJournal(objects)
            ),
            capacity=Capacity(connection, blobs, min_free_bytes=settings.min_free_bytes),
            catalogue=catalogue,
            polls=LongPolls(jobs, feed, max_waiting=settings.max_waiting),
            events=feed,
            metrics=MetricsStore(connection),
            executor=executor,
            started_s=time.monotonic(),
        )

    def terms(self, key: str) -> Terms:
        """Return the terms of admission for an idempotency key; empty for none."""
        settings = self.settings
        return Terms(max_active=settings.max_active_jobs, key=key, keep_key_s=settings.keep_keys_s)

    def remove_blobs(self, unreferenced: Sequence[str]) -> None:
        """Remove the bytes of blobs whose records were just deleted.

        A failure is only logged: the records are gone, so that a repeated request would find nothing to
        delete, and the janitor removes the bytes later.

        Parameters
        ----------
        unreferenced
            SHA-256 of the blobs.
        """
        try:
            self.blob_references.remove(unreferenced)
        except StoreUnavailable:
            _log.warning("unreferenced blobs could not be removed: %s", unreferenced)


def services(app: Flask | None = None) -> Services:
    """Return the services of an app; by default of the one that handles the current request."""
    return cast("Services", (app or current_app).extensions["coronal"])

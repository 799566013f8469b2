"""What the views of an app stand on."""

import time
from dataclasses import dataclass
from typing import Self, cast

from flask import Flask, current_app

from coronal_gateway.aside import Aside, BlobsAside, IntakeAside, ObjectsAside
from coronal_gateway.feed import EventFeed
from coronal_gateway.pipelines import NamedPipelines
from coronal_gateway.recent import RecentCatalogue
from coronal_gateway.settings import GatewaySettings
from coronal_gateway.waiting import LongPolls
from coronal_jobs.store.admission import Terms
from coronal_jobs.store.batches import BatchStore
from coronal_jobs.store.blobs import BlobStore
from coronal_jobs.store.capacity import Capacity
from coronal_jobs.store.catalogue import CatalogueStore
from coronal_jobs.store.connection import connect
from coronal_jobs.store.events import EventStore
from coronal_jobs.store.holdings import Holdings
from coronal_jobs.store.jobs import JobStore
from coronal_jobs.store.keys import KeyStore
from coronal_jobs.store.pipelines import PipelineStore
from coronal_jobs.store.shelf import Shelf

__all__ = ["Services", "services"]


@dataclass(frozen=True, slots=True)
class Services:
    """The stores, and what the requests of a process share."""

    settings: GatewaySettings
    jobs: JobStore
    batches: BatchStore
    keys: KeyStore
    pipelines: NamedPipelines
    blobs: BlobStore
    holdings: Holdings
    capacity: Capacity
    catalogue: RecentCatalogue
    polls: LongPolls
    events: EventFeed
    aside: Aside
    started_s: float

    @classmethod
    def of(cls, settings: GatewaySettings, aside: Aside) -> Self:
        """Make them; nothing is sent to Redis before the first request.

        Parameters
        ----------
        settings
            What the gateway was told.
        aside
            Where work is done that would hold up other requests.
        """
        connection = connect(settings)
        jobs = JobStore(connection)
        blobs = BlobsAside(settings.blobs_url, aside)
        objects = ObjectsAside(blobs.objects, aside)
        feed = EventFeed(EventStore(connection))
        catalogue = RecentCatalogue(CatalogueStore(connection))
        return cls(
            settings=settings,
            jobs=jobs,
            batches=BatchStore(connection),
            keys=KeyStore(connection),
            pipelines=NamedPipelines(PipelineStore(connection), catalogue),
            blobs=blobs,
            holdings=Holdings(connection, blobs, IntakeAside(objects), Shelf(objects)),
            capacity=Capacity(connection, blobs, least_free_bytes=settings.least_free_bytes),
            catalogue=catalogue,
            polls=LongPolls(jobs, feed, most=settings.most_waiting),
            events=feed,
            aside=aside,
            started_s=time.monotonic(),
        )

    def terms(self, key: str) -> Terms:
        """Give the terms on which something is taken in that came with a key; empty for none."""
        settings = self.settings
        return Terms(most_active=settings.most_active_jobs, key=key, keep_key_s=settings.keep_keys_s)


def services(app: Flask | None = None) -> Services:
    """Give those of an app; by default of the one that answers now."""
    return cast("Services", (app or current_app).extensions["coronal"])

"""The admission of orders: their blobs are pinned, journaled and queued, or nothing of them remains."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Protocol

from coronal_gateway.http.errors import InputGone
from coronal_gateway.services import Services
from coronal_jobs.errors import NotFound, StoreFull, StoreUnavailable
from coronal_jobs.journal.submission_journal import Entry, names_of
from coronal_jobs.records.admission import Admission, Terms
from coronal_jobs.records.job import Order

__all__ = ["Upload", "admit_journaled", "admit_order", "admit_stored_order"]


class Upload(Protocol):
    """Bytes that were received and aren't stored yet."""

    def commit(self) -> object:
        """Store them."""


def admit_order(at: Services, order: Order, terms: Terms, uploads: Iterable[Upload] = ()) -> Admission:
    """Store the files of an order and admit it.

    Parameters
    ----------
    at
        Services of the gateway.
    order, terms
        The order, and the terms of its admission.
    uploads
        Those of its files that aren't in the blob store yet.

    Raises
    ------
    StoreUnavailable
        When it can't be stored; then nothing of it remains, as a full disk needs the room.
    """
    at.blob_references.pin(order.id, order.digests)
    try:
        with at.blob_references.submission_journal.write_ahead(Entry.of(order, terms)):
            for upload in uploads:
                upload.commit()
    except StoreUnavailable:
        _unpin(at, order)
        raise
    try:
        admission = admit_journaled(
            lambda: at.jobs.admit(order, terms),
            lambda: at.blob_references.submission_journal.remove(names_of(order)),
        )
    except StoreFull:
        _unpin(at, order)
        raise
    at.blob_references.remove(admission.unreferenced)
    return admission


def admit_stored_order(at: Services, order: Order, terms: Terms) -> Admission:
    """Admit an order whose files were uploaded before.

    They are pinned before they are looked up: what is there then stays.

    Raises
    ------
    InputGone
        When one of them was removed.
    StoreUnavailable
        When the order can't be stored.
    """
    at.blob_references.pin(order.id, order.digests)
    try:
        _require_files(at, order)
    except (InputGone, StoreUnavailable):
        _unpin(at, order)
        raise
    return admit_order(at, order, terms)


def admit_journaled(admit: Callable[[], Admission], withdraw: Callable[[], None]) -> Admission:
    """Admit what is in the submission journal; where it certainly isn't admitted, take it out again.

    Where Redis doesn't answer nobody knows whether it is, and it stays: the janitor finds out.

    Parameters
    ----------
    admit
        Admits it in Redis.
    withdraw
        Takes it out of the journal.
    """
    try:
        admission = admit()
    except StoreFull:
        withdraw()
        raise
    if not admission.is_written:
        withdraw()
    return admission


def _require_files(at: Services, order: Order) -> None:
    files = {"image": order.input.sha256}
    if order.reference is not None:
        files["reference"] = order.reference.sha256
    models = (stage.model for stage in order.pipeline.stages if stage.model)
    files |= {f"model {model.name}@{model.version}": model.sha256 for model in models}
    for file, sha256 in files.items():
        try:
            at.blobs.look(sha256, 0)
        except NotFound as gone:
            raise InputGone(file) from gone


def _unpin(at: Services, order: Order) -> None:
    with suppress(StoreUnavailable):  # pins expire
        at.blob_references.remove(at.blob_references.unpin(order.id, order.digests))

"""The way of an order into the queue: held, laid beside the blobs, admitted; or nothing stays of it."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Protocol

from coronal_gateway.services import Services
from coronal_jobs.errors import StoreFull, StoreUnavailable
from coronal_jobs.job import Order
from coronal_jobs.store.admission import Admission, Terms
from coronal_jobs.store.intake import Entry, names_of

__all__ = ["Upload", "take_in"]


class Upload(Protocol):
    """Bytes that have come in and aren't kept yet."""

    def commit(self) -> object:
        """Keep them."""


def take_in(at: Services, order: Order, terms: Terms, uploads: Iterable[Upload] = ()) -> Admission:
    """Keep the files of an order and admit it, or tell why it isn't.

    Parameters
    ----------
    at
        Where it is to be admitted.
    order, terms
        What is to be done, and on which terms.
    uploads
        Those of its files that aren't in the blob store yet.

    Raises
    ------
    StoreUnavailable
        When it can't be kept: then nothing stays, for a full disk needs the room.
    """
    at.holdings.hold(order.id, order.digests)
    try:
        with at.holdings.intake.being_put(Entry.of(order, terms)):
            for upload in uploads:
                upload.commit()
    except StoreUnavailable:
        _let_go(at, order)
        raise
    admission = _admit(at, order, terms)
    at.holdings.remove(admission.unnamed)
    return admission


def _let_go(at: Services, order: Order) -> None:
    with suppress(StoreUnavailable):  # the holds end by themselves
        at.holdings.remove(at.holdings.drop(order.id, order.digests))


def _admit(at: Services, order: Order, terms: Terms) -> Admission:
    """Admit an order that is in the intake; where it surely isn't admitted, take it out again.

    Where Redis doesn't answer nobody knows, and it stays.
    """
    intake, names = at.holdings.intake, names_of(order)
    try:
        admission = at.jobs.admit(order, terms)
    except StoreFull:
        intake.remove(names)
        _let_go(at, order)
        raise
    if not admission.is_written:
        intake.remove(names)
    return admission

"""The way of an order into the queue: held, laid beside the blobs, admitted; or nothing stays of it."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Protocol

from coronal_gateway.errors import InputGone
from coronal_gateway.services import Services
from coronal_jobs.errors import NotFound, StoreFull, StoreUnavailable
from coronal_jobs.job import Order
from coronal_jobs.store.admission import Admission, Terms
from coronal_jobs.store.intake import Entry, names_of

__all__ = ["Upload", "take_in", "take_in_again"]


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


def take_in_again(at: Services, order: Order, terms: Terms) -> Admission:
    """Admit an order of files that were sent before, or tell why it isn't.

    They are held before they are looked for: what is there then stays.

    Raises
    ------
    InputGone
        When one of them is there no more.
    StoreUnavailable
        When it can't be kept.
    """
    at.holdings.hold(order.id, order.digests)
    try:
        _look_for_files(at, order)
    except (InputGone, StoreUnavailable):
        _let_go(at, order)
        raise
    return take_in(at, order, terms)


def _look_for_files(at: Services, order: Order) -> None:
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

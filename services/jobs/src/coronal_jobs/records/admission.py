"""Admission of a job or batch: its terms, its outcome, and the request fingerprint of an idempotency key."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import zip_longest
from typing import Any, Self

from pydantic import BaseModel

from coronal.pipelines.pipeline import Pipeline
from coronal_jobs.errors import IdempotencyConflict, QueueFull
from coronal_jobs.records.batch import BatchOrder
from coronal_jobs.records.job import Order

__all__ = ["MAX_ACTIVE_JOBS", "Admission", "Terms", "fingerprint_of", "fingerprint_of_batch"]

MAX_ACTIVE_JOBS = 200_000
"""Default limit of jobs that are queued or running."""

_PARTS = ("image", "name", "pipeline", "seed", "reference", "task", "replay_of")
_DIGEST_LENGTH = 32
_MIN_RETRY_S = 1
_MAX_RETRY_S = 60


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms on which a job is admitted.

    Parameters
    ----------
    max_active
        Limit of queued and running jobs, this one included.
    key
        Idempotency key; empty for none. Redis gets its digest alone: a key may hold personal data.
    keep_key_s
        Lifetime of the key, in s.
    known_digest
        Digest of the key, where only that is known.
    first_epoch
        Number that the job's epochs follow; for a recovered job, one above all that it can have had.
    """

    max_active: int = MAX_ACTIVE_JOBS
    key: str = ""
    keep_key_s: float = 24 * 3600.0
    known_digest: str = ""
    first_epoch: int = 0

    def key_digest(self) -> str:
        """Return the digest of the key; empty where there is none."""
        return self.known_digest or (_digest(self.key) if self.key else "")

    def arguments(self, fingerprint: str) -> tuple[str | int, ...]:
        """Return them, and the fingerprint of an order, as arguments of the scripts."""
        return (
            self.max_active,
            self.key_digest(),
            round(self.keep_key_s * 1000),
            fingerprint,
            self.first_epoch,
        )


@dataclass(frozen=True, slots=True)
class Admission:
    """The outcome of an order; true when a new job was written.

    Parameters
    ----------
    answer
        ``admitted``; ``replayed`` when the key's job exists already; ``conflict`` when the key came with
        another order; ``full``; ``exists`` when this very order was admitted before.
    fact
        The job's id; of ``conflict`` the earlier fingerprint; of ``full`` the number of jobs that finished in
        the last minute.
    fingerprint
        Fingerprint of the order.
    unreferenced
        SHA-256 of blobs that no record references any more.
    """

    answer: str
    fact: str
    fingerprint: str
    unreferenced: tuple[str, ...]

    @classmethod
    def of(cls, fingerprint: str, answer: Sequence[str | int]) -> Self:
        """Read the answer of `admit.lua` or `admit_batch.lua`."""
        kind, fact, *unreferenced = map(str, answer)
        return cls(kind, fact, fingerprint, tuple(unreferenced))

    def __bool__(self) -> bool:
        """Return whether a new job was written."""
        return self.answer == "admitted"

    @property
    def is_written(self) -> bool:
        """Whether there is a job of the order's own id."""
        return self.answer in ("admitted", "exists")

    @property
    def is_replayed(self) -> bool:
        """Whether the order had been admitted before."""
        return self.answer == "replayed"

    def job_id(self) -> str:
        """Return the id of the job or batch of the order.

        Raises
        ------
        IdempotencyConflict
            When the order's key came with another one before.
        QueueFull
            When there are as many jobs as there may be.
        """
        match self.answer:
            case "conflict":
                raise IdempotencyConflict(_differing(self.fact, self.fingerprint))
            case "full":
                raise QueueFull(retry_after_s=_retry_after_s(int(self.fact)))
            case _:
                return self.fact


def fingerprint_of(order: Order) -> str:
    """Return the fingerprint of an order, as digests.

    Image, file name, pipeline in long form, seed, reference, task, and the job that it runs again: two orders
    are the same when all are. What the server adds itself (id, format, stage groups, a model's version) is
    left out, and so is how the pipeline was written: a name, YAML or JSON, short or long. Where there is no
    reference, no task and no such job nothing stands for it, as in what a gateway that knew of none has
    written.
    """
    content = _content(order.input.sha256, order.input.name, order.pipeline, order.seed)
    reference = order.reference.sha256 if order.reference else ""
    rest = [reference, _text(order.task) if order.task else "", order.replay_of]
    while rest and not rest[-1]:
        rest.pop()
    return " ".join((content, *map(_digest, rest)))


def fingerprint_of_batch(order: BatchOrder) -> str:
    """Return the fingerprint of a batch: images and names are those of all items in order, refused ones too.

    A batch of one image is another order than a job of it. Where no image has a reference nothing stands for
    them.
    """
    images = {item.number: (item.input.sha256, item.input.name) for item in order.items}
    images |= {item.number: ("", item.name) for item in order.refused}
    digests, names = zip(*(images[number] for number in sorted(images)), strict=True)
    image, name = ("\n".join(("batch", *parts)) for parts in (digests, names))
    content = _content(image, name, order.pipeline, order.seed)
    references = {item.number: item.reference.sha256 for item in order.items if item.reference}
    if not references:
        return content
    return f"{content} {_digest(chr(10).join(references.get(number, '') for number in sorted(images)))}"


def _content(image: str, name: str, pipeline: Pipeline, seed: int) -> str:
    unpinned = {"stages": {"__all__": {"model"}}}
    return " ".join(map(_digest, (image, name, _text(pipeline, exclude=unpinned), str(seed))))


def _text(model: BaseModel, **options: Any) -> str:
    return json.dumps(model.model_dump(mode="json", exclude_defaults=True, **options), sort_keys=True)


def _digest(text: str) -> str:
    """Return half of a SHA-256: 128 bits are enough to avoid collisions, and Redis stores many."""
    return sha256(text.encode()).hexdigest()[:_DIGEST_LENGTH]


def _differing(one: str, other: str) -> tuple[str, ...]:
    pairs = zip_longest(one.split(), other.split(), fillvalue=_digest(""))
    return tuple(part for part, (ours, theirs) in zip(_PARTS, pairs, strict=False) if ours != theirs)


def _retry_after_s(ended: int) -> int:
    """Estimate when a job finishes, by the number that finished in the last minute."""
    return max(_MIN_RETRY_S, -(-_MAX_RETRY_S // max(1, ended)))

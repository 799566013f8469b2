"""On which terms a job or a batch is admitted, and what came of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import zip_longest
from typing import Any, Self

from pydantic import BaseModel

from coronal_jobs.batch import BatchOrder
from coronal_jobs.errors import IdempotencyConflict, QueueFull
from coronal_jobs.job import Order
from coronal_jobs.pipeline import Pipeline

__all__ = ["MOST_ACTIVE_JOBS", "Admission", "Terms", "content_of", "content_of_batch"]

MOST_ACTIVE_JOBS = 200_000
"""How many jobs are queued or running at a time, unless it is said otherwise."""

_PARTS = ("image", "name", "pipeline", "seed", "reference", "task", "replay_of")
_DIGEST_LENGTH = 32
_SHORTEST_RETRY_S = 1
_LONGEST_RETRY_S = 60


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms a job is admitted.

    Parameters
    ----------
    most_active
        How many jobs may be queued or running at a time, this one included.
    key
        What the sender calls this order, so that it can be sent again without a second job; empty for none.
        Redis is told its digest alone: a key may hold what must stand in no key of Redis.
    keep_key_s
        How long the key is known.
    known_digest
        The key's digest, where that alone is known.
    first_epoch
        What the epochs of the job follow; for a job that was there before, a number that it never had.
    """

    most_active: int = MOST_ACTIVE_JOBS
    key: str = ""
    keep_key_s: float = 24 * 3600.0
    known_digest: str = ""
    first_epoch: int = 0

    def key_digest(self) -> str:
        """Give what Redis is told of the key; empty where there is none."""
        return self.known_digest or (_digest(self.key) if self.key else "")

    def arguments(self, content: str) -> tuple[str | int, ...]:
        """Give what the scripts want to know of them, and of an order what `content_of` tells."""
        return self.most_active, self.key_digest(), round(self.keep_key_s * 1000), content, self.first_epoch


@dataclass(frozen=True, slots=True)
class Admission:
    """What came of an order; true when a new job was written.

    Parameters
    ----------
    answer
        ``admitted``; ``replayed`` when the key has its job already; ``conflict`` when that is another one;
        ``full``; ``exists`` when this very order was admitted already.
    fact
        Of the first two and of ``exists`` the job's id; of ``conflict`` the content that the key came with
        before; of ``full`` how many jobs have ended in the last minute.
    content
        What the order's own content is.
    unnamed
        The SHA-256 of blobs that no record names any more.
    """

    answer: str
    fact: str
    content: str
    unnamed: tuple[str, ...]

    @classmethod
    def of(cls, content: str, answer: Sequence[str | int]) -> Self:
        """Read the answer of `admit.lua` or `admit_batch.lua`."""
        kind, fact, *unnamed = map(str, answer)
        return cls(kind, fact, content, tuple(unnamed))

    def __bool__(self) -> bool:
        """Tell whether a new job was written."""
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
        """Give the id of the job, or of the batch, that stands for the order.

        Raises
        ------
        IdempotencyConflict
            When the order's key came with another one before.
        QueueFull
            When there are as many jobs as there may be.
        """
        match self.answer:
            case "conflict":
                raise IdempotencyConflict(_differing(self.fact, self.content))
            case "full":
                raise QueueFull(retry_after_s=_retry_after_s(int(self.fact)))
            case _:
                return self.fact


def content_of(order: Order) -> str:
    """Tell by digests what an order is.

    Image, file name, pipeline in long form, seed, reference, task, and the job that it runs again: two orders
    are the same when all are. What the server adds itself (id, format, hops, a model's version) is
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


def content_of_batch(order: BatchOrder) -> str:
    """Tell the same of a batch: images and names are those of all items in order, also of the refused.

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
    """Give the first half of the SHA-256: 128 bits are enough to tell orders apart, and Redis holds many."""
    return sha256(text.encode()).hexdigest()[:_DIGEST_LENGTH]


def _differing(one: str, other: str) -> tuple[str, ...]:
    pairs = zip_longest(one.split(), other.split(), fillvalue=_digest(""))
    return tuple(part for part, (ours, theirs) in zip(_PARTS, pairs, strict=False) if ours != theirs)


def _retry_after_s(ended: int) -> int:
    """Give the time in which a place comes free, when so many came free in the last minute."""
    return max(_SHORTEST_RETRY_S, -(-_LONGEST_RETRY_S // max(1, ended)))

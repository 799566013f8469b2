"""The records of batches: what is known of many jobs at once, and what is done with them."""

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from coronal_jobs.errors import NotFound
from coronal_jobs.log_lines import log_event
from coronal_jobs.records.admission import Admission, Terms, fingerprint_of_batch
from coronal_jobs.records.batch import Batch, BatchOrder, RefusedItem
from coronal_jobs.records.connection import Connection
from coronal_jobs.records.decoding import read_job
from coronal_jobs.records.job import Input, Job, State
from coronal_jobs.records.paging import older
from coronal_jobs.records.scripts import source_of
from coronal_jobs.records.state_changes import JOB_LOG, Step

__all__ = ["MAX_REFUSED_LISTED", "BatchPage", "BatchStore", "ItemPage"]

MAX_REFUSED_LISTED = 100
"""Number of refused items in a `Batch`; `BatchStore.refused` returns all."""

_TERMS = Terms()
_A_CALL = 200


@dataclass(frozen=True, slots=True)
class BatchPage:
    """Some batches, newest first, and where the next page starts (empty at the end)."""

    batches: tuple[Batch, ...]
    cursor: str


@dataclass(frozen=True, slots=True)
class ItemPage:
    """Some jobs of a batch in the order of its items, and after which the next page starts (0: it ends)."""

    jobs: tuple[Job, ...]
    after: int


class BatchStore:
    """The records of batches in Redis.

    A batch is written by one script. What is done with all its jobs is done by the scripts of a job, one job
    after the other: whoever breaks off in the midst can begin again.
    """

    def __init__(self, connection: Connection) -> None:
        self._redis = connection
        self._admit, self._cancel, self._retry = (
            Step(connection, name) for name in ("admit_batch", "cancel", "retry")
        )
        self._delete = connection.register_script(source_of("delete"))

    def admit(self, order: BatchOrder, terms: Terms = _TERMS) -> Admission:
        """Write and notify a batch with all its jobs, unless the terms refuse it."""
        fingerprint = fingerprint_of_batch(order)
        stage_groups = json.dumps([stage_group.model_dump() for stage_group in order.stage_groups])
        pipeline = order.pipeline.model_dump_json(exclude_defaults=True)
        models = json.dumps(order.pipeline.models) if order.pipeline.models else ""
        head = (order.id, pipeline, models, stage_groups, order.seed)
        jobs = (
            fact
            for item in order.items
            for fact in (item.job, item.number, _text(item.input), _text(item.reference))
        )
        refused = (item.model_dump_json() for item in order.refused)
        arguments = [*head, *terms.arguments(fingerprint), len(order.items), *jobs, *refused]
        return Admission.of(fingerprint, self._admit(*arguments))

    def get(self, batch_id: str) -> Batch:
        """Read a batch; NotFound when there is none."""
        found = self._read([batch_id])
        if not found:
            raise NotFound("batch", batch_id)
        return found[0]

    def page(self, *, before: str = "", limit: int = 50) -> BatchPage:
        """List batches, newest first.

        Parameters
        ----------
        before
            The cursor of the page before; empty for the first.
        limit
            How many at most.
        """
        ids, cursor = older(self._redis, "coronal:batches", before, limit)
        return BatchPage(tuple(self._read(ids)), cursor)

    def jobs(
        self, batch_id: str, *, state: State | None = None, after: int = 0, limit: int = _A_CALL
    ) -> ItemPage:
        """List the jobs of a batch in the order of its items.

        Parameters
        ----------
        batch_id
            The batch; one that there isn't has no jobs.
        state
            Only those in this state.
        after
            The number of the last item of the page before; 0 for the first.
        limit
            How many at most.
        """
        index = _jobs_key(batch_id, state)
        found = self._redis.execute_command(
            "ZRANGEBYSCORE", index, f"({after}", "+inf", "WITHSCORES", "LIMIT", 0, limit + 1
        )
        here = found[:limit]
        records = self._redis.ask_all(*(("HGETALL", f"coronal:job:{one}") for one, _ in here))
        pairs = zip(here, records, strict=True)
        jobs = tuple(read_job(one, fields) for (one, _), fields in pairs if fields)
        return ItemPage(jobs, int(here[-1][1]) if len(found) > limit else 0)

    def every_job(self, batch_id: str) -> Iterator[Job]:
        """Yield all jobs of a batch in the order of its items; a few are in memory at a time."""
        page = self.jobs(batch_id)
        yield from page.jobs
        while page.after:
            page = self.jobs(batch_id, after=page.after)
            yield from page.jobs

    def refused(self, batch_id: str) -> Iterator[RefusedItem]:
        """Yield all items of a batch that were not taken, in their order."""
        first = 0
        while some := self.some_refused(batch_id, first=first, limit=_A_CALL):
            yield from some
            first += len(some)

    def some_refused(self, batch_id: str, *, first: int, limit: int) -> tuple[RefusedItem, ...]:
        """Return some items of a batch that were not taken, in their order.

        Parameters
        ----------
        batch_id
            The batch; of one that there isn't, none were.
        first
            How many of them are passed over.
        limit
            How many at most.
        """
        last = first + limit - 1
        texts = self._redis.execute_command("LRANGE", _refused_key(batch_id), first, last)
        return tuple(map(RefusedItem.model_validate_json, texts))

    def cancel(self, batch_id: str) -> None:
        """End all jobs of a batch that aren't over."""
        # One command reads both states, so that no job slips from one to the other in between.
        keys = [_jobs_key(batch_id, state) for state in State if not state.is_final]
        ids = self._redis.execute_command("ZUNION", len(keys), *keys)
        for some in _chunks(ids):
            self._cancel.each((one,) for one in some)

    def retry(self, batch_id: str, state: State = State.FAILED) -> None:
        """Start those jobs of a batch again that are in a state, failed or cancelled; the others stay."""
        for some in _chunks(self._ids(batch_id, state)):
            self._retry.each((one,) for one in some)

    def delete(self, batch_id: str) -> Iterator[list[str]]:
        """Remove a batch with all its jobs; give, part by part, the blobs that no record names any more."""
        for some in _chunks(self._ids(batch_id)):
            answers = self._redis.run_all(self._delete, ((one,) for one in some))
            for one, (answer, *_) in zip(some, answers, strict=True):
                if answer == "deleted":
                    log_event(JOB_LOG, logging.INFO, "job.deleted", job=one, batch=batch_id)
            yield [digest for _, *unreferenced in answers for digest in unreferenced]

    def _ids(self, batch_id: str, state: State | None = None) -> list[str]:
        return list(self._redis.execute_command("ZRANGE", _jobs_key(batch_id, state), 0, -1))

    def _read(self, ids: Sequence[str]) -> list[Batch]:
        """Read batches, each as it is at one moment: a job must not be counted in no state, nor in two."""
        answers = self._redis.ask_at_once(*(command for one in ids for command in _reads(one)))
        each = len(_reads(""))
        parts = (answers[first : first + each] for first in range(0, len(answers), each))
        return [_batch(one, *part) for one, part in zip(ids, parts, strict=True) if part[0]]


def _reads(batch_id: str) -> list[tuple[str | int, ...]]:
    return [
        ("HGETALL", f"coronal:batch:{batch_id}"),
        ("LLEN", _refused_key(batch_id)),
        ("LRANGE", _refused_key(batch_id), 0, MAX_REFUSED_LISTED - 1),
        *(("ZCARD", _jobs_key(batch_id, state)) for state in State),
    ]


def _batch(batch_id: str, fields: dict[str, str], refused: int, reported: list[str], *counts: int) -> Batch:
    return Batch(
        id=batch_id,
        revision=int(fields["revision"]),
        created_ms=int(fields["created_ms"]),
        pipeline=json.loads(fields["pipeline"]),
        seed=int(fields["seed"]),
        counts=dict(zip(State, counts, strict=True)),
        refused_count=refused,
        refused=tuple(map(RefusedItem.model_validate_json, reported)),
    )


def _text(file: Input | None) -> str:
    return file.model_dump_json(exclude_defaults=True) if file else ""


def _jobs_key(batch_id: str, state: State | None = None) -> str:
    return f"coronal:batch-jobs:{batch_id}" + (f":{state}" if state else "")


def _refused_key(batch_id: str) -> str:
    return f"coronal:batch-refused:{batch_id}"


def _chunks(ids: Sequence[str]) -> Iterator[list[str]]:
    rest = iter(ids)
    while some := list(islice(rest, _A_CALL)):
        yield some

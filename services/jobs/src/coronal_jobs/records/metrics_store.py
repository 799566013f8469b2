"""What the metrics show: counts of states and of their changes, queues, leases, memory; all from Redis.

The scripts count each change where they make it, so any gateway can answer, and a count never falls while
Redis keeps its data.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from coronal_jobs.pipeline.catalogue import Catalogue
from coronal_jobs.records.catalogue_store import queues_of
from coronal_jobs.records.connection import Connection
from coronal_jobs.records.job import State

__all__ = ["Change", "Metrics", "MetricsStore"]


@dataclass(frozen=True, slots=True)
class Change:
    """Changes of one kind: what made them, from which state to which, in which pool, with which failure code.

    `seconds` is the time that the jobs were in the state before, in all.
    """

    step: str
    before: str
    after: str
    pool: str
    code: str
    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Metrics:
    """What is measured at one time.

    Attributes
    ----------
    states
        Number of jobs in each state.
    changes
        Changes of states since Redis has its data.
    oldest_s
        For each pool the age of the oldest notification in its queues, in s: 0 where they are empty.
    parked
        Number of queued jobs that no live worker of their pool can run.
    leases
        Number of running jobs; `expired_leases` those that nobody has renewed in time.
    memory_bytes, max_memory_bytes
        Memory that Redis uses, and may use; 0 where that has no limit.
    """

    states: Mapping[State, int]
    changes: tuple[Change, ...]
    oldest_s: Mapping[str, float]
    parked: int
    leases: int
    expired_leases: int
    memory_bytes: int
    max_memory_bytes: int


class MetricsStore:
    """Reads what the metrics show."""

    def __init__(self, connection: Connection) -> None:
        self._redis = connection

    def read(self, catalogue: Catalogue) -> Metrics:
        """Return what is measured now; StoreUnavailable when Redis is away.

        Parameters
        ----------
        catalogue
            The pools, with what their workers offer.
        """
        seconds, microseconds = self._redis.time()
        now_ms = int(seconds) * 1000 + int(microseconds) // 1000
        counts, spent_ms, memory, parked, leases, expired, *states = self._redis.ask_all(
            ("HGETALL", "coronal:changes"),
            ("HGETALL", "coronal:changes-ms"),
            ("INFO", "memory"),
            ("ZCARD", "coronal:parked"),
            ("ZCARD", "coronal:leases"),
            ("ZCOUNT", "coronal:leases", "-inf", now_ms),
            *(("ZCARD", f"coronal:jobs:{state}") for state in State),
        )
        return Metrics(
            states=dict(zip(State, states, strict=True)),
            changes=tuple(sorted(map(_change, counts.items(), _times(counts, spent_ms)), key=repr)),
            oldest_s=self._oldest_s(catalogue, now_ms),
            parked=parked,
            leases=leases,
            expired_leases=expired,
            memory_bytes=int(memory["used_memory"]),
            max_memory_bytes=int(memory["maxmemory"]),
        )

    def _oldest_s(self, catalogue: Catalogue, now_ms: int) -> dict[str, float]:
        queues = [
            (pool.name, queue)
            for pool in catalogue.pools
            for queue in queues_of(pool.name, [offer.digest for offer in pool.offers])
        ]
        heads = self._redis.ask_all(*(("LINDEX", queue, -1) for _, queue in queues))
        ids = [_job_of(head) for head in heads]
        facts = self._redis.ask_all(*(("HMGET", f"coronal:job:{one}", "state", "since_ms") for one in ids))
        ages: dict[str, float] = dict.fromkeys((pool.name for pool in catalogue.pools), 0.0)
        for (pool, _), (state, since_ms) in zip(queues, facts, strict=True):
            if state == State.QUEUED:
                ages[pool] = max(ages[pool], (now_ms - int(since_ms)) / 1000)
        return ages


def _times(counts: Mapping[str, str], spent_ms: Mapping[str, str]) -> Iterable[int]:
    return (int(spent_ms.get(name, 0)) for name in counts)


def _change(counted: tuple[str, str], spent_ms: int) -> Change:
    name, count = counted
    step, before, after, pool, code = name.split(" ")
    return Change(step, before, after, pool, code, int(count), spent_ms / 1000)


def _job_of(message: str | None) -> str:
    """Return the job whose id a notification's tag begins with; empty where there is none."""
    return json.loads(message)["properties"]["delivery_tag"].partition(".")[0] if message else ""

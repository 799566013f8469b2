"""Metrics in Prometheus's text format: jobs, queues and stores from Redis, requests from the processes."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.registry import Collector

from coronal_gateway.health.request_metrics import requests_registry
from coronal_gateway.services import Services
from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.pipeline.catalogue import Catalogue
from coronal_jobs.records.job import State
from coronal_jobs.records.metrics_store import Change, Metrics

__all__ = ["exposition"]


def exposition(at: Services) -> bytes:
    """Return all metrics as they are now, in Prometheus's text format.

    While Redis is unavailable, `coronal_redis_up` is 0 and only what the gateway itself knows is there.

    Parameters
    ----------
    at
        Services of the gateway.
    """
    stores = CollectorRegistry()
    stores.register(_Stores(at))
    return generate_latest(stores) + generate_latest(requests_registry())


class _Stores(Collector):
    """Collects what Redis and the blob store know."""

    def __init__(self, at: Services) -> None:
        self._at = at

    def describe(self) -> Iterable[Metric]:
        """Return nothing: names are known only with the values."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Yield each metric with its values of now."""
        at = self._at
        try:
            catalogue = at.catalogue.now()
            metrics, lag_s = at.metrics.read(catalogue), at.jobs.janitor_lag_s()
        except StoreUnavailable:
            yield _gauge("coronal_redis_up", "Whether Redis answers.", 0)
        else:
            yield _gauge("coronal_redis_up", "Whether Redis answers.", 1)
            yield from _of_redis(metrics)
            yield from _of_jobs(metrics)
            yield from _of_changes(metrics.changes)
            yield from _of_pools(catalogue, metrics)
            if lag_s is not None:
                yield _gauge("coronal_janitor_lag_seconds", "Time since the last round of a janitor.", lag_s)
        if (free_bytes := at.blobs.free_bytes()) is not None:
            yield _gauge("coronal_blobs_free_bytes", "Bytes free on the disk of blobs.", free_bytes)


def _gauge(name: str, description: str, value: float) -> Metric:
    return GaugeMetricFamily(name, description, value=value)


def _of_redis(metrics: Metrics) -> Iterator[Metric]:
    yield _gauge("coronal_redis_memory_bytes", "Memory that Redis uses.", metrics.memory_bytes)
    yield _gauge(
        "coronal_redis_max_memory_bytes",
        "Memory that Redis may use; 0 where it has no limit.",
        metrics.max_memory_bytes,
    )


def _of_jobs(metrics: Metrics) -> Iterator[Metric]:
    states = GaugeMetricFamily("coronal_jobs", "Number of jobs in each state.", labels=["state"])
    for state, count in metrics.states.items():
        states.add_metric([state], count)
    yield states
    yield _gauge("coronal_leases", "Number of jobs that workers have claimed.", metrics.leases)
    yield _gauge("coronal_leases_expired", "Leases that nobody has renewed in time.", metrics.expired_leases)
    yield _gauge(
        "coronal_jobs_parked", "Queued jobs that no live worker of their pool can run.", metrics.parked
    )


def _of_changes(changes: Sequence[Change]) -> Iterator[Metric]:
    yield _counter(
        "coronal_jobs_finished",
        "Jobs that reached a final state, with the code of the failure.",
        ("pool", "state", "code"),
        changes,
        lambda each: (each.pool, each.after, each.code) if State(each.after).is_final else None,
    )
    yield _counter(
        "coronal_jobs_reclaimed",
        "Claims that were taken back because their lease was not renewed.",
        ("pool",),
        changes,
        lambda each: (each.pool,) if each.step == "reclaim" else None,
    )
    yield _counter(
        "coronal_job_state_changes",
        "Changes of jobs' states, with the operation that made them.",
        ("pool", "operation", "before", "after"),
        changes,
        lambda each: (each.pool, each.step, each.before, each.after),
    )
    yield _time_in_states(changes)


def _time_in_states(changes: Iterable[Change]) -> Metric:
    seconds: defaultdict[tuple[str, str], float] = defaultdict(float)
    counts: Counter[tuple[str, str]] = Counter()
    for each in changes:
        if each.before in (State.QUEUED, State.RUNNING):
            seconds[each.pool, each.before] += each.seconds
            counts[each.pool, each.before] += each.count
    spent = SummaryMetricFamily(
        "coronal_job_state_seconds",
        "Time that jobs were queued, and running, until they left that state.",
        labels=("pool", "state"),
    )
    for labels, count in sorted(counts.items()):
        spent.add_metric(labels, count, seconds[labels])
    return spent


def _counter(
    name: str,
    description: str,
    labels: tuple[str, ...],
    changes: Iterable[Change],
    labelled: Callable[[Change], tuple[str, ...] | None],
) -> Metric:
    counts: Counter[tuple[str, ...]] = Counter()
    for each in changes:
        if (values := labelled(each)) is not None:
            counts[values] += each.count
    family = CounterMetricFamily(name, description, labels=labels)
    for values, count in sorted(counts.items()):
        family.add_metric(values, count)
    return family


def _of_pools(catalogue: Catalogue, metrics: Metrics) -> Iterator[Metric]:
    workers = GaugeMetricFamily("coronal_workers", "Number of live workers.", labels=["pool"])
    length = GaugeMetricFamily(
        "coronal_queue_length", "Number of jobs that wait for the pool's workers.", labels=["pool"]
    )
    oldest = GaugeMetricFamily(
        "coronal_queue_oldest_seconds", "Time that the longest waiting job is queued.", labels=["pool"]
    )
    for pool in catalogue.pools:
        workers.add_metric([pool.name], pool.workers)
        length.add_metric([pool.name], pool.queued)
        oldest.add_metric([pool.name], metrics.oldest_s[pool.name])
    yield from (workers, length, oldest)

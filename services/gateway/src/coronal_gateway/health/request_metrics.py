"""Metrics of the requests, summed over all processes of a gateway."""

import time

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

from coronal_gateway.health.shared_metrics import are_shared

__all__ = ["measure_requests", "requests_registry"]

_NO_ROUTE = ("any", "none")
"""Labels of a request to an unknown path: its own method could be any word."""

_OWN = CollectorRegistry()
_REQUESTS = Counter(
    "coronal_http_requests",
    "Requests that were answered, by route and status.",
    ("method", "route", "status"),
    registry=_OWN,
)
_SECONDS = Histogram(
    "coronal_http_request_seconds",
    "Time from a request's header to the response's, without requests that wait for a change.",
    ("method", "route"),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
    registry=_OWN,
)


def measure_requests(app: Flask) -> None:
    """Make an app count and time its requests; by route, so that no id becomes a label."""

    def start() -> None:
        g.started_s = time.perf_counter()

    def count(response: Response) -> Response:
        labels = (request.method, request.url_rule.rule) if request.url_rule else _NO_ROUTE
        _REQUESTS.labels(*labels, response.status_code).inc()
        if not _waits(response):
            _SECONDS.labels(*labels).observe(time.perf_counter() - g.started_s)
        return response

    app.before_request(start)
    app.after_request(count)


def requests_registry() -> CollectorRegistry:
    """Return the metrics of all processes that share them; where none are shared, those of this process."""
    if not are_shared():
        return _OWN
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def _waits(response: Response) -> bool:
    return "wait" in request.args or response.mimetype == "text/event-stream"

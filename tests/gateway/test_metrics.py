"""GET /metrics, as Prometheus reads it."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from coronal_gateway.app import create_app
from coronal_gateway.services import Services
from coronal_gateway.settings import GatewaySettings
from coronal_jobs.maintenance.janitor.rounds import Janitor
from coronal_jobs.records.connection import Connection
from coronal_jobs.records.job import Failure

ROOT = Path(__file__).parents[2]
Samples = Mapping[tuple[str, frozenset[tuple[str, str]]], float]
Read = Callable[..., float | None]


def samples(client: FlaskClient) -> Samples:
    answer = client.get("/metrics")
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    families = text_string_to_metric_families(answer.text)
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


@pytest.fixture
def read(client: FlaskClient) -> Read:
    """Return the value of a metric with these labels, None where there is none."""

    def value(name: str, **labels: str) -> float | None:
        return samples(client).get((f"coronal_{name}", frozenset(labels.items())))

    return value


def test_jobs_are_counted_by_state_and_by_how_they_finished(submit, at: Services, read: Read) -> None:
    ids = [submit().json["id"] for _ in range(4)]
    assert (read("jobs", state="queued"), read("jobs", state="running")) == (4, 0)
    failed, done, *_ = [at.jobs.claim(one, "default", lease_s=60) for one in ids[:3]]
    assert failed is not None
    assert done is not None
    assert (read("jobs", state="queued"), read("leases"), read("leases_expired")) == (1, 3, 0)
    at.jobs.fail(failed.id, failed.epoch, Failure(code="stage-error", message="no"))
    at.jobs.commit(done)
    at.jobs.cancel(ids[3])
    assert read("jobs_finished_total", pool="default", state="failed", code="stage-error") == 1
    assert read("jobs_finished_total", pool="default", state="succeeded", code="") == 1
    assert read("jobs_finished_total", pool="default", state="cancelled", code="") == 1
    assert read("job_state_seconds_count", pool="default", state="queued") == 4
    assert read("job_state_seconds_count", pool="default", state="running") == 2


def test_counts_of_what_has_happened_stay_when_jobs_are_deleted(submit, at: Services, read: Read) -> None:
    job_id = submit().json["id"]
    at.jobs.cancel(job_id)
    at.jobs.delete(job_id)
    assert read("jobs", state="cancelled") == 0
    assert read("jobs_finished_total", pool="default", state="cancelled", code="") == 1


def test_the_time_that_jobs_were_queued_is_summed(
    connection: Connection, submit, at: Services, read: Read
) -> None:
    job_id = submit().json["id"]
    queued_ms = int(connection.hget(f"coronal:job:{job_id}", "since_ms"))
    connection.hset(f"coronal:job:{job_id}", "since_ms", queued_ms - 90_000)
    at.jobs.claim(job_id, "default", lease_s=60)
    assert read("job_state_seconds_sum", pool="default", state="queued") == pytest.approx(90, abs=5)


def test_a_queue_reports_its_length_and_the_age_of_its_head(
    connection: Connection, submit, read: Read
) -> None:
    assert (read("queue_length", pool="default"), read("queue_oldest_seconds", pool="default")) == (0, 0)
    first, _ = (submit().json["id"] for _ in range(2))
    queued_ms = int(connection.hget(f"coronal:job:{first}", "since_ms"))
    connection.hset(f"coronal:job:{first}", "since_ms", queued_ms - 600_000)
    assert read("queue_length", pool="default") == 2
    assert read("queue_oldest_seconds", pool="default") == pytest.approx(600, abs=5)


def test_a_claim_that_is_taken_back_is_counted(
    connection: Connection, submit, at: Services, read: Read
) -> None:
    claimed = at.jobs.claim(submit().json["id"], "default", lease_s=60)
    assert claimed is not None
    connection.zadd("coronal:leases", {claimed.id: 0})
    assert read("leases_expired") == 1
    at.jobs.reclaim(claimed.id, claimed.epoch)
    assert (read("leases_expired"), read("jobs_reclaimed_total", pool="default")) == (0, 1)


def test_workers_memory_disk_and_the_janitor_are_there(at: Services, publish, read: Read) -> None:
    publish(worker="w2")
    assert (read("workers", pool="default"), read("redis_up")) == (2, 1)
    assert read("redis_memory_bytes") > 100_000
    assert read("blobs_free_bytes") > 0
    assert read("janitor_lag_seconds") is None
    Janitor(at.jobs, at.blob_references, keep_s=60).round()
    assert 0 <= read("janitor_lag_seconds") < 60


def test_requests_are_counted_by_route_and_status_but_ids_and_methods_are_no_labels(
    client: FlaskClient, read: Read
) -> None:
    labels = {"method": "GET", "route": "/v1/jobs/<id>", "status": "404"}
    before, unknown = (
        read("http_requests_total", **labels) or 0,
        {"method": "any", "route": "none", "status": "404"},
    )
    was_unknown = read("http_requests_total", **unknown) or 0
    assert client.get("/v1/jobs/" + "0" * 32).status_code == 404
    client.open("/none", method="BREW")
    assert read("http_requests_total", **labels) == before + 1
    assert read("http_requests_total", **unknown) == was_unknown + 1
    assert not any("BREW" in str(key) for key in samples(client))


def test_requests_that_wait_are_not_timed(submit, client: FlaskClient, read: Read) -> None:
    labels = {"method": "GET", "route": "/v1/jobs/<id>"}
    path = f"/v1/jobs/{submit().json['id']}"
    client.get(path)
    before = read("http_request_seconds_count", **labels)
    client.get(path, query_string={"wait": "0"})
    assert read("http_request_seconds_count", **labels) == before


def test_while_redis_is_away_that_is_what_the_metrics_say(settings: GatewaySettings) -> None:
    away = settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"})
    found = samples(create_app(away).test_client())
    assert found["coronal_redis_up", frozenset()] == 0
    assert not any(name == "coronal_jobs" for name, _ in found)
    assert found["coronal_blobs_free_bytes", frozenset()] > 0


@pytest.mark.parametrize(
    "page",
    ["deploy/observability/alerts.yaml", "deploy/observability/dashboard.json", "docs/running-it.md"],
)
def test_alerts_dashboard_and_documentation_name_metrics_that_exist(
    page: str, at: Services, client: FlaskClient
) -> None:
    Janitor(at.jobs, at.blob_references, keep_s=60).round()
    text = client.get("/metrics").text
    families = {family.name for family in text_string_to_metric_families(text)}
    named = set(
        re.findall(r"\bcoronal_(?:blobs|http|jan|job|lea|queue|redis|workers)\w*", (ROOT / page).read_text())
    )
    known = families | {f"{one}{end}" for one in families for end in ("_total", "_sum", "_count", "_bucket")}
    assert named
    assert named <= known
    if page.startswith("docs"):
        documented = {name.removesuffix("_total") for name in named}
        assert {one for one in families if not one.endswith("_created")} == documented

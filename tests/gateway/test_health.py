"""GET /healthz and /readyz."""

import time
from http import HTTPStatus
from pathlib import Path

from flask.testing import FlaskClient

from coronal_gateway.app import create_app
from coronal_gateway.services import Services
from coronal_gateway.settings import GatewaySettings
from coronal_jobs.maintenance.janitor.rounds import Janitor
from coronal_jobs.records.connection import Connection


def test_healthz_needs_no_store(tmp_path: Path) -> None:
    app = create_app(GatewaySettings(redis_url="redis://127.0.0.1:1/0", blobs_url="memory:///"))
    assert app.test_client().get("/healthz").json == {"status": "alive"}


def test_readyz_counts_the_workers_of_each_pool(client: FlaskClient, publish, incoming) -> None:
    publish(worker="w2")
    assert client.get("/readyz").json == {
        "status": "ready",
        "janitor_lag_s": None,
        "workers": {"default": 2},
    }
    assert not incoming()


def test_readyz_reports_the_time_since_a_janitors_last_round(client: FlaskClient, at: Services) -> None:
    Janitor(at.jobs, at.blob_references, keep_s=60).round()
    first = client.get("/readyz").json["janitor_lag_s"]
    time.sleep(0.2)
    second = client.get("/readyz").json["janitor_lag_s"]
    assert 0 <= first < 2
    assert second >= first + 0.2


def test_readyz_is_503_while_redis_does_not_answer(settings: GatewaySettings) -> None:
    away = settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"})
    answer = create_app(away).test_client().get("/readyz")
    assert (answer.status_code, answer.json["code"]) == (503, "store-unavailable")
    assert int(answer.headers["Retry-After"]) > 0


def test_readyz_is_503_while_blobs_cannot_be_written(client: FlaskClient, tmp_path: Path) -> None:
    (tmp_path / "blobs" / "incoming").write_text("a file where the folder should be")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["code"]) == (503, "store-unavailable")


def test_readyz_is_503_while_the_blobs_have_no_room(settings: GatewaySettings) -> None:
    full = settings.model_copy(update={"min_free_bytes": 1 << 62})
    answer = create_app(full).test_client().get("/readyz")
    assert (answer.status_code, answer.json["code"]) == (503, "store-full")
    assert answer.headers["Retry-After"] == "30"


def test_readyz_is_503_while_redis_has_no_room(client: FlaskClient, connection: Connection) -> None:
    assert client.get("/readyz").status_code == HTTPStatus.OK
    connection.config_set("maxmemory", 1)
    try:
        answer = client.get("/readyz")
    finally:
        connection.config_set("maxmemory", 0)
    assert (answer.status_code, answer.json["code"]) == (503, "store-full")


def test_readyz_is_503_when_no_janitor_did_a_round_for_too_long(
    settings: GatewaySettings, at: Services
) -> None:
    client = create_app(settings.model_copy(update={"max_janitor_lag_s": 0.5})).test_client()
    assert client.get("/readyz").status_code == HTTPStatus.OK, "none was ever heard of, and it may yet come"
    time.sleep(0.6)
    never = client.get("/readyz")
    assert (never.status_code, never.json["code"]) == (503, "janitor-late")
    assert "must do a round every 0.5 s, found none for 1 s" in never.json["detail"]
    Janitor(at.jobs, at.blob_references, keep_s=60).round()
    assert client.get("/readyz").status_code == HTTPStatus.OK
    time.sleep(0.6)
    late = client.get("/readyz")
    assert (late.status_code, late.json["code"]) == (503, "janitor-late")
    assert int(late.headers["Retry-After"]) > 0

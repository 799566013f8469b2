"""GET /healthz and /readyz."""

import time
from pathlib import Path

from flask.testing import FlaskClient

from coronal_gateway.app import create_app
from coronal_gateway.services import Services
from coronal_gateway.settings import GatewaySettings
from coronal_jobs.janitor.rounds import Janitor


def test_healthz_asks_nobody(tmp_path: Path) -> None:
    app = create_app(GatewaySettings(redis_url="redis://127.0.0.1:1/0", blobs_url="memory:///"))
    assert app.test_client().get("/healthz").json == {"status": "alive"}


def test_readyz_tells_the_workers_of_each_pool(client: FlaskClient, publish, incoming) -> None:
    publish(worker="w2")
    assert client.get("/readyz").json == {
        "status": "ready",
        "janitor_lag_s": None,
        "workers": {"default": 2},
    }
    assert not incoming()


def test_readyz_tells_how_long_ago_a_janitor_did_a_round(client: FlaskClient, at: Services) -> None:
    Janitor(at.jobs, at.holdings, keep_s=60).round()
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

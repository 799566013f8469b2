"""What the images' health checks say, run as an engine would run them."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, Protocol

import pytest

from coronal_client.local.redis import answers, redis_command, redis_program
from coronal_jobs.pipeline.catalogue import Offer
from coronal_jobs.records.catalogue_store import CatalogueStore
from coronal_jobs.records.connection import connect
from coronal_jobs.records.job_store import JobStore
from coronal_jobs.settings import StoreSettings

pytestmark = pytest.mark.slow

StartGateway = Callable[[int], str]


class Check(Protocol):
    """Runs an image's health check with settings of ours; True when it ends with 0."""

    def __call__(self, image: str, **settings: str) -> bool: ...


@pytest.fixture
def is_healthy(stages: dict[str, Any]) -> Check:
    def check(image: str, **settings: str) -> bool:
        program, *arguments = stages[image].words("HEALTHCHECK")
        assert program == "python"
        environment = os.environ | stages[image].environment | settings
        ended = subprocess.run(
            [sys.executable, *arguments], env=environment, capture_output=True, check=False
        )
        return ended.returncode == 0

    return check


@pytest.fixture
def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


@pytest.fixture
def redis_url(tmp_path: Path, free_port: int) -> Iterator[str]:
    with subprocess.Popen(
        redis_command(redis_program(), tmp_path, free_port, 0), stdout=subprocess.DEVNULL
    ) as server:
        while not answers(free_port):
            assert server.poll() is None, "Redis has ended"
            time.sleep(0.02)
        yield f"redis://127.0.0.1:{free_port}/0"
        server.terminate()


@pytest.fixture
def gateway_that_answers(free_port: int) -> Iterator[StartGateway]:
    """Start a server whose ``/healthz`` answers with a status."""
    servers: list[HTTPServer] = []

    def start(status: int) -> str:
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status if self.path == "/healthz" else 404)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        servers.append(HTTPServer(("127.0.0.1", free_port), Answer))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return str(free_port)

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_gateway_that_answers_is_healthy(is_healthy: Check, gateway_that_answers: StartGateway) -> None:
    assert is_healthy("gateway", CORONAL_PORT=gateway_that_answers(200))


def test_a_gateway_that_answers_with_an_error_is_not(
    is_healthy: Check, gateway_that_answers: StartGateway
) -> None:
    assert not is_healthy("gateway", CORONAL_PORT=gateway_that_answers(500))


def test_a_gateway_that_does_not_listen_is_not(is_healthy: Check, free_port: int) -> None:
    assert not is_healthy("gateway", CORONAL_PORT=str(free_port))


def test_a_worker_is_healthy_from_when_it_beats_until_it_leaves(is_healthy: Check, redis_url: str) -> None:
    catalogue = CatalogueStore(connect(StoreSettings(redis_url=redis_url)))
    assert not is_healthy("worker", CORONAL_REDIS_URL=redis_url)
    catalogue.publish("default", "worker-1", Offer())
    assert is_healthy("worker", CORONAL_REDIS_URL=redis_url)
    catalogue.leave("default", "worker-1")
    assert not is_healthy("worker", CORONAL_REDIS_URL=redis_url)


def test_the_worker_of_another_pool_does_not_count(is_healthy: Check, redis_url: str) -> None:
    CatalogueStore(connect(StoreSettings(redis_url=redis_url))).publish("gpu", "worker-1", Offer())
    assert not is_healthy("worker", CORONAL_REDIS_URL=redis_url)


@pytest.fixture
def janitor_is_healthy(services: dict[str, Any]) -> Callable[[str], bool]:
    """Run the composition's check of the janitor against a Redis."""

    def check(url: str) -> bool:
        _, program, *arguments = services["janitor"]["healthcheck"]["test"]
        assert program == "python"
        environment = os.environ | {"CORONAL_REDIS_URL": url}
        ended = subprocess.run(
            [sys.executable, *arguments], env=environment, capture_output=True, check=False
        )
        return ended.returncode == 0

    return check


def test_a_janitor_is_healthy_when_a_round_was_done_of_late(
    janitor_is_healthy: Callable[[str], bool], redis_url: str
) -> None:
    connection = connect(StoreSettings(redis_url=redis_url))
    assert not janitor_is_healthy(redis_url)
    JobStore(connection).note_round()
    assert janitor_is_healthy(redis_url)
    seconds, _ = connection.time()
    connection.set("coronal:janitor", 1000 * (int(seconds) - 31))
    assert not janitor_is_healthy(redis_url)


def test_a_janitor_whose_redis_is_away_is_not_healthy(
    janitor_is_healthy: Callable[[str], bool], free_port: int
) -> None:
    assert not janitor_is_healthy(f"redis://127.0.0.1:{free_port}/0")


def test_a_worker_whose_redis_is_away_is_not_healthy(is_healthy: Check, free_port: int) -> None:
    assert not is_healthy("worker", CORONAL_REDIS_URL=f"redis://127.0.0.1:{free_port}/0")

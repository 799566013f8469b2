"""A whole server on this machine: Redis, gateway, worker and janitor."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from coronal_client.client import Client
from coronal_client.errors import NotInstalled, PortTaken, ServerProblem, ServerUnreachable
from coronal_client.local.folder import DataFolder
from coronal_client.local.ports import free_port, is_free
from coronal_client.local.redis import answers, redis_command, redis_program
from coronal_client.local.service import Plan, python_command
from coronal_client.local.services import Services

__all__ = ["LocalServer", "Wish", "await_workers", "local_server"]

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
    """

    data: Path
    port: int
    workers: int
    pool: str
    redis_memory_bytes: int


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server that runs.

    Parameters
    ----------
    url
        Where the gateway is.
    redis_url
        Where Redis is.
    mend
        Starts again what has died, and tells of it; raises `ServiceFailed` when that was Redis.
    """

    url: str
    redis_url: str
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
            redis_url = os.environ.get("CORONAL_REDIS_URL") or _start_redis(services, folder, wish)
            environment = {
                "CORONAL_REDIS_URL": redis_url,
                "CORONAL_BLOBS_URL": os.environ.get("CORONAL_BLOBS_URL") or folder.blobs.as_uri(),
                "CORONAL_HOST": "127.0.0.1",
                "CORONAL_PORT": str(port),
                # As -P, also for a worker that starts itself anew.
                "PYTHONSAFEPATH": "1",
            }
            _start_parts(services, folder, wish, environment)
            url = f"http://127.0.0.1:{port}"
            await_workers(services, url, wish.pool)
            yield LocalServer(url, redis_url, services.mend)


def await_workers(services: Services, url: str, pool: str) -> None:
    """Wait until a server that was launched is ready, with a worker that lives in a pool."""

    def is_ready() -> bool:
        try:
            return client.live_workers().get(pool, 0) > 0
        except (ServerUnreachable, ServerProblem):
            return False

    with Client(url, patience_s=0) as client:
        services.wait_until(is_ready)


def _start_redis(services: Services, folder: DataFolder, wish: Wish) -> str:
    port = folder.redis_port()
    command = redis_command(redis_program(), folder.redis, port, wish.redis_memory_bytes)
    services.launch(Plan("redis", command, folder.new_log("redis"), is_vital=True))
    services.wait_until(lambda: answers(port))
    return f"redis://127.0.0.1:{port}/0"


def _start_parts(services: Services, folder: DataFolder, wish: Wish, environment: Mapping[str, str]) -> None:
    janitor = python_command("coronal_jobs.janitor")
    services.launch(Plan("janitor", janitor, folder.new_log("janitor"), environment))
    worker = python_command("coronal_worker", "--pool", wish.pool, "--processes", str(wish.workers))
    services.launch(Plan("worker", worker, folder.new_log("worker"), environment))
    gateway = python_command("coronal_gateway")
    services.launch(Plan("gateway", gateway, folder.new_log("gateway"), environment))

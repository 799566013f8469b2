"""A server for a while: what `coronal up` starts, over a folder that is thrown away."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from coronal_client.local.ports import free_port
from coronal_client.local.server import await_workers
from coronal_client.local.service import Plan, python_command
from coronal_client.local.services import Services

__all__ = ["temporary_server"]

_POOL = "default"
_HASTE = {"CORONAL_SHUTDOWN_GRACE_S": "1"}
"""A job that still runs when the server is given up is one that nobody waits for."""


@contextmanager
def temporary_server(workers: int) -> Iterator[str]:
    """Return the address of a server that is there while the context is open.

    It is looked after by a process of its own, so that the caller may be busy as long as it likes.

    Raises
    ------
    ServiceFailed
        When it can't start; its last words tell why.
    """
    port = free_port()
    options = ["--port", str(port), "--workers", str(workers), "--pool", _POOL]
    with TemporaryDirectory(prefix="coronal-", ignore_cleanup_errors=True) as folder, Services() as services:
        command = python_command("coronal_client", "up", "--data", f"{folder}/data", *options)
        services.launch(Plan("coronal up", command, Path(folder, "up.log"), _HASTE))
        url = f"http://127.0.0.1:{port}"
        await_workers(services, url, _POOL)
        yield url

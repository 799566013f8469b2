"""Commands that are other programs, where these are installed: the server's processes, and authors' tools."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from coronal_client.errors import NotInstalled
from coronal_client.local.folder import DataFolder
from coronal_client.local.service import python_command

__all__ = ["PASSED_ON", "gateway", "janitor", "plugin", "recover", "try_", "worker"]

PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
"""Settings of a command whose arguments are another's."""


def gateway(context: typer.Context) -> None:
    """Run a gateway alone; it is set by the environment."""
    _become("coronal_gateway", "coronal-gateway", context.args)


def worker(context: typer.Context) -> None:
    """Run a worker alone: --pool NAME --processes N."""
    _become("coronal_worker", "coronal-worker", context.args)


def janitor(context: typer.Context) -> None:
    """Run a janitor alone: it takes jobs from dead workers, and removes what is too old."""
    _become("coronal_jobs", "coronal-jobs", context.args, part="maintenance.janitor")


def recover(context: typer.Context, data: Annotated[Path | None, typer.Option()] = None) -> None:
    """Admit again the jobs that Redis has forgotten; --data FOLDER for those of `coronal up`."""
    if data is not None:
        folder = DataFolder(data)
        os.environ |= {
            "CORONAL_REDIS_URL": folder.redis_url_file.read_text(),
            "CORONAL_BLOBS_URL": folder.blobs.as_uri(),
        }
    _become("coronal_jobs", "coronal-jobs", context.args, part="maintenance.recover")


def try_(context: typer.Context) -> None:
    """Try an algorithm on a file, without a server: coronal try otsu cells.png."""
    _become_tool("try", *context.args)


def plugin(context: typer.Context) -> None:
    """Start a package with a plugin (new), or check one (check)."""
    _become_tool("plugin", *context.args)


def _become_tool(*arguments: str) -> NoReturn:
    # Of the worker's tools for authors; they read and draw images, which a worker alone may do without.
    if find_spec("coronal_formats") is None:
        raise NotInstalled("coronal-formats", "coronal-worker[dev]")
    _become("coronal_worker", "coronal-worker[dev]", list(arguments), part="dev")


def _become(module: str, distribution: str, arguments: list[str], part: str = "") -> NoReturn:
    if find_spec(module) is None:
        raise NotInstalled(distribution, distribution)
    command = python_command(f"{module}.{part}" if part else module, *arguments)
    sys.stdout.flush()
    os.execv(command[0], command)

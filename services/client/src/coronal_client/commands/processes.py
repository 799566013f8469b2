"""``coronal gateway`` and ``coronal worker``: the processes themselves, when their packages are installed."""

import os
import sys
from importlib.util import find_spec
from typing import NoReturn

import typer

from coronal_client.errors import NotInstalled
from coronal_client.local.service import python_command

__all__ = ["PASSED_ON", "gateway", "worker"]

PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
"""Settings of a command whose arguments are another's."""


def gateway(context: typer.Context) -> None:
    """Run a gateway alone; it is set by the environment."""
    _become("coronal_gateway", "coronal-gateway", context.args)


def worker(context: typer.Context) -> None:
    """Run a worker alone: --pool NAME --processes N."""
    _become("coronal_worker", "coronal-worker", context.args)


def _become(module: str, distribution: str, arguments: list[str]) -> NoReturn:
    if find_spec(module) is None:
        raise NotInstalled(distribution, distribution)
    command = python_command(module, *arguments)
    sys.stdout.flush()
    os.execv(command[0], command)

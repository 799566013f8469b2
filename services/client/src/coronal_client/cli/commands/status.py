"""``coronal status``."""

from typing import Annotated

import typer

from coronal_client.cli.commands.options import DEFAULT_SERVER, Ids, Json, Server
from coronal_client.cli.display.jobs import line
from coronal_client.cli.display.screen import Screen
from coronal_client.cli.exit_codes import ExitCode
from coronal_client.client import Client
from coronal_client.status import State

__all__ = ["status"]

_BAD = (State.FAILED, State.CANCELLED)
_HOLD_S = 20.0


def status(
    ids: Ids,
    *,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until each job has finished.")] = False,
    server: Server = DEFAULT_SERVER,
    as_json: Json = False,
) -> None:
    """Return how jobs are. When one has failed or was cancelled, the exit code is 1."""
    screen = Screen(as_json)
    with Client(server) as client:
        jobs = [client.job(id) for id in ids]
        for job in jobs:
            while wait and not job.state.is_final:
                job.refresh(wait_s=_HOLD_S)
            screen.show(line(job))
    screen.give([job.body for job in jobs])
    raise typer.Exit(ExitCode.JOB_FAILED if any(job.state in _BAD for job in jobs) else ExitCode.OK)

"""``coronal jobs``."""

from typing import Annotated

import typer

from coronal_client.cli.commands.options import DEFAULT_SERVER, Json, Server
from coronal_client.cli.display.jobs import line
from coronal_client.cli.display.screen import Screen
from coronal_client.client import Client
from coronal_client.status import State

__all__ = ["jobs"]


def jobs(
    *,
    state: Annotated[
        State | None, typer.Option(show_default=False, help="Only those that are in this state.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 20,
    server: Server = DEFAULT_SERVER,
    as_json: Json = False,
) -> None:
    """List jobs, the newest first."""
    screen = Screen(as_json)
    with Client(server) as client:
        found = list(client.jobs(state=state, limit=limit))
    for job in found:
        screen.show(f"{line(job)}  {job.body['input']['name']}")
    screen.give([job.body for job in found])

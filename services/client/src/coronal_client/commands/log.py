"""``coronal log``."""

from typing import Annotated

import typer

from coronal_client.client import Client
from coronal_client.commands.options import DEFAULT_SERVER, Server

__all__ = ["log"]


def log(
    id: Annotated[str, typer.Argument(metavar="JOB", show_default=False, help="The job's id.")],
    *,
    server: Server = DEFAULT_SERVER,
) -> None:
    """Print the log of a job; of a stage that failed, its traceback."""
    with Client(server) as client:
        typer.echo(client.job(id).log(), nl=False)

"""``coronal log``."""

from typing import Annotated

import typer

from coronal_client.cli.commands.options import DEFAULT_SERVER, Server
from coronal_client.client import Client

__all__ = ["log"]


def log(
    id: Annotated[str, typer.Argument(metavar="JOB", show_default=False, help="The job's id.")],
    *,
    follow: Annotated[
        bool, typer.Option("--follow", help="Print it as it comes, until the job's end.")
    ] = False,
    server: Server = DEFAULT_SERVER,
) -> None:
    """Print the log of a job; of a stage that failed, its traceback."""
    with Client(server) as client:
        job = client.job(id)
        if not follow:
            typer.echo(job.log(), nl=False)
            return
        for line in job.log_lines():
            typer.echo(line)

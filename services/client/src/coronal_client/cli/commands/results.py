"""``coronal results``."""

from pathlib import Path
from typing import Annotated

import typer

from coronal_client.cli.commands.options import DEFAULT_SERVER, Json, Server, Wide
from coronal_client.cli.display.report import show_tables
from coronal_client.cli.display.screen import Screen
from coronal_client.client import Client

__all__ = ["results"]


def results(
    id: Annotated[str, typer.Argument(metavar="JOB", show_default=False, help="The job's id.")],
    *,
    out: Annotated[
        Path | None,
        typer.Option(show_default=False, help="Save all files into this folder, which isn't there yet."),
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until the job has finished.")] = False,
    server: Server = DEFAULT_SERVER,
    wide: Wide = False,
    as_json: Json = False,
) -> None:
    """Show what a job has measured, and save its files."""
    screen = Screen(as_json, wide)
    with Client(server) as client:
        job = client.job(id)
        found = (job.wait() if wait else job).results()
        show_tables(screen, found)
        if out is not None:
            found.save(out)
        for artifact in found.files.values():
            screen.show(f"  {out / artifact.name}" if out else f"  {artifact.name}")
        screen.give({"job": id, "files": sorted(found.files), "result": dict(found.summary)})

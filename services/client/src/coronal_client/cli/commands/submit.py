"""``coronal submit``."""

from typing import Annotated

import typer

from coronal_client.cli.commands.options import (
    DEFAULT_SERVER,
    Files,
    Json,
    Pipeline,
    Reference,
    Server,
    pipeline_of,
    reference_of,
)
from coronal_client.cli.display.screen import Screen
from coronal_client.client import Client
from coronal_client.job import Job

__all__ = ["submit"]


def submit(
    pipeline: Pipeline,
    files: Files,
    *,
    seed: Annotated[
        int | None, typer.Option(min=0, show_default=False, help="What random numbers start from.")
    ] = None,
    reference: Reference = None,
    server: Server = DEFAULT_SERVER,
    as_json: Json = False,
) -> None:
    """Send images, and print the ids of their jobs."""
    screen = Screen(as_json)
    source = pipeline_of(pipeline)
    jobs: list[Job] = []
    try:
        with Client(server) as client:
            for file in files:
                jobs.append(client.submit(file, source, reference=reference_of(file, reference), seed=seed))
                screen.show(jobs[-1].id)
                if jobs[-1].warning:
                    screen.say(f"{file.name}: {jobs[-1].warning}")
    finally:
        # Also when one is refused: those before it are on their way.
        screen.give([job.body for job in jobs])

"""``coronal model evaluate``."""

from pathlib import Path
from typing import Annotated

import typer

from coronal_client.client import Client
from coronal_client.commands.learning import follow, leave, show_judged
from coronal_client.commands.options import DEFAULT_SERVER, Json, Server
from coronal_client.commands.versions import Wait
from coronal_client.display.screen import Screen

__all__ = ["evaluate"]


def evaluate(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME[@VERSION]", show_default=False, help="The model: by default its newest version."
        ),
    ],
    *,
    dataset: Annotated[
        str, typer.Option(metavar="NAME[@VERSION]", show_default=False, help="What it is judged by.")
    ],
    against: Annotated[
        list[str],
        typer.Option(
            default_factory=list,
            metavar="NAME[@VERSION]",
            show_default=False,
            help="A model that is judged beside it; give it again for another, up to seven.",
        ),
    ],
    part: Annotated[
        str,
        typer.Option(
            help="test: what was held out; all; auto: test where it was trained on this data set, else all."
        ),
    ] = "auto",
    seed: Annotated[int, typer.Option(min=0, help="What random numbers start from.")] = 0,
    wait: Wait = True,
    out: Annotated[
        Path | None,
        typer.Option(show_default=False, help="Save the report into this folder, which isn't there yet."),
    ] = None,
    server: Server = DEFAULT_SERVER,
    as_json: Json = False,
) -> None:
    """Judge a model on a data set, alone or beside others."""
    screen = Screen(as_json)
    with Client(server) as client:
        job = client.evaluate(name, dataset, against=against, part=part, seed=seed)
        if not wait:
            leave(screen, job)
            return
        follow(screen, job, name)
        show_judged(screen, client, job, out)

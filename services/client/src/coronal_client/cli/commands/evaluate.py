"""``coronal model evaluate``."""

from typing import Annotated

import typer

from coronal_client.cli.commands.learning import ReportOut, TestData, follow_to_report
from coronal_client.cli.commands.options import DEFAULT_SERVER, Json, Server, Wide
from coronal_client.cli.commands.versions import Wait
from coronal_client.cli.display.screen import Screen
from coronal_client.client import Client

__all__ = ["evaluate"]


def evaluate(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME[@VERSION]", show_default=False, help="The model: by default its newest version."
        ),
    ],
    *,
    dataset: TestData,
    against: Annotated[
        list[str],
        typer.Option(
            default_factory=list,
            metavar="NAME[@VERSION]",
            show_default=False,
            help="A model to compare it with; repeat for more, up to seven.",
        ),
    ],
    subset: Annotated[
        str,
        typer.Option(
            help="test: what was held out; all; auto: test where it was trained on this data set, else all."
        ),
    ] = "auto",
    seed: Annotated[int, typer.Option(min=0, help="What random numbers start from.")] = 0,
    wait: Wait = True,
    out: ReportOut = None,
    server: Server = DEFAULT_SERVER,
    wide: Wide = False,
    as_json: Json = False,
) -> None:
    """Evaluate a model on a data set, alone or beside others."""
    screen = Screen(as_json, wide)
    with Client(server) as client:
        job = client.evaluate(name, dataset, against=against, subset=subset, seed=seed)
        follow_to_report(screen, client, job, name, out=out, wait=wait)

"""``coronal model register``."""

from pathlib import Path
from typing import Annotated, Any

import typer

from coronal_client.client import Client
from coronal_client.commands.learning import follow, leave, show_judged
from coronal_client.commands.options import DEFAULT_SERVER, Json, Server, pipeline_of
from coronal_client.commands.values import parameters_of
from coronal_client.commands.versions import Wait
from coronal_client.display.screen import Screen

__all__ = ["register"]


def register(
    name: Annotated[
        str, typer.Argument(show_default=False, help="What the model is called: of a-z, 0-9 and hyphens.")
    ],
    *,
    dataset: Annotated[
        str, typer.Option(metavar="NAME[@VERSION]", show_default=False, help="What it is judged by.")
    ],
    classifier: Annotated[
        str, typer.Option(show_default=False, help="An algorithm that classifies without fitting.")
    ] = "",
    segmenter: Annotated[
        str, typer.Option(show_default=False, help="An algorithm that gives label maps without fitting.")
    ] = "",
    param: Annotated[
        list[str],
        typer.Option(
            default_factory=list, metavar="NAME=VALUE", show_default=False, help="A parameter of it."
        ),
    ],
    preprocess: Annotated[
        str,
        typer.Option(
            metavar="PIPELINE", show_default=False, help="A pipeline of filters that each image goes through."
        ),
    ] = "",
    seed: Annotated[int, typer.Option(min=0, help="What random numbers start from.")] = 0,
    wait: Wait = True,
    out: Annotated[
        Path | None,
        typer.Option(show_default=False, help="Save the report into this folder, which isn't there yet."),
    ] = None,
    server: Server = DEFAULT_SERVER,
    as_json: Json = False,
) -> None:
    """Judge an algorithm that needs no fitting by all of a data set, and keep it as a model.

    Give --classifier or --segmenter. It can then be promoted, asked by a stage, and judged against others.
    """
    screen = Screen(as_json)
    order: dict[str, Any] = {"classifier": classifier, "segmenter": segmenter}
    order |= {"preprocess": pipeline_of(preprocess)} if preprocess else {}
    parameters = parameters_of(param)
    with Client(server) as client:
        job = client.register_model(name, dataset=dataset, parameters=parameters, seed=seed, **order)
        if not wait:
            leave(screen, job)
            return
        follow(screen, job, name)
        show_judged(screen, client, job, out)

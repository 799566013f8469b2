"""``coronal model register``."""

from typing import Annotated, Any

import typer

from coronal_client.cli.commands.learning import ModelName, Parameters, ReportOut, TestData, follow_to_report
from coronal_client.cli.commands.options import DEFAULT_SERVER, Json, Server, Wide, pipeline_of
from coronal_client.cli.commands.values import parameters_of
from coronal_client.cli.commands.versions import Wait
from coronal_client.cli.display.screen import Screen
from coronal_client.client import Client

__all__ = ["register"]


def register(
    name: ModelName,
    *,
    dataset: TestData,
    classifier: Annotated[
        str, typer.Option(show_default=False, help="An algorithm that classifies without fitting.")
    ] = "",
    segmenter: Annotated[
        str, typer.Option(show_default=False, help="An algorithm that gives label maps without fitting.")
    ] = "",
    param: Parameters,
    preprocess: Annotated[
        str,
        typer.Option(
            metavar="PIPELINE", show_default=False, help="A pipeline of filters that each image goes through."
        ),
    ] = "",
    seed: Annotated[int, typer.Option(min=0, help="What random numbers start from.")] = 0,
    wait: Wait = True,
    out: ReportOut = None,
    server: Server = DEFAULT_SERVER,
    wide: Wide = False,
    as_json: Json = False,
) -> None:
    """Evaluate an algorithm that needs no fitting on a whole data set, and save it as a model.

    Give --classifier or --segmenter. It can then be promoted, run by a stage, and evaluated against others.
    """
    screen = Screen(as_json, wide)
    order: dict[str, Any] = {"classifier": classifier, "segmenter": segmenter}
    order |= {"preprocess": pipeline_of(preprocess)} if preprocess else {}
    parameters = parameters_of(param)
    with Client(server) as client:
        job = client.register_model(name, dataset=dataset, parameters=parameters, seed=seed, **order)
        follow_to_report(screen, client, job, name, out=out, wait=wait)

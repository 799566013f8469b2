"""``coronal model train``."""

from typing import Annotated, Any

import typer

from coronal_client.cli.commands.learning import ModelName, Parameters, ReportOut, follow_to_report
from coronal_client.cli.commands.options import DEFAULT_SERVER, Json, Server, Wide, pipeline_of
from coronal_client.cli.commands.values import choices_of, parameters_of
from coronal_client.cli.commands.versions import Wait
from coronal_client.cli.display.screen import Screen
from coronal_client.client import Client

__all__ = ["train"]


def train(
    name: ModelName,
    *,
    dataset: Annotated[
        str, typer.Option(metavar="NAME[@VERSION]", show_default=False, help="What it learns from.")
    ],
    classifier: Annotated[str, typer.Option(show_default=False, help="What is trained.")] = "",
    segmenter: Annotated[
        str, typer.Option(show_default=False, help="What is trained, where it is to give label maps.")
    ] = "",
    param: Parameters,
    preprocess: Annotated[
        str,
        typer.Option(
            metavar="PIPELINE",
            show_default=False,
            help="What is done to each image before, also when the model is asked: a file with a pipeline of "
            "filters, its name, or its text.",
        ),
    ] = "",
    split: Annotated[
        str, typer.Option(show_default="auto", help="given: as the data set says; random; or auto.")
    ] = "",
    test: Annotated[
        float | None, typer.Option(show_default="0.2", help="Fraction that is held out, where it is random.")
    ] = None,
    validation: Annotated[
        float | None,
        typer.Option(
            show_default="0.1", help="Fraction for validation, which stops the training of a network."
        ),
    ] = None,
    allow_duplicates: Annotated[
        bool,
        typer.Option(
            "--allow-duplicates",
            help="Accept a given split with one image in several subsets; the report says how many.",
        ),
    ] = False,
    imbalance: Annotated[
        str, typer.Option(show_default="auto", help="weights, oversample, undersample, none or auto.")
    ] = "",
    search: Annotated[
        list[str],
        typer.Option(
            default_factory=list,
            metavar="NAME=VALUE,VALUE",
            show_default=False,
            help="Values to choose from by cross-validation.",
        ),
    ],
    folds: Annotated[int | None, typer.Option(show_default="3", help="Of the cross-validation.")] = None,
    seed: Annotated[
        int | None, typer.Option(show_default="0", help="What random numbers start from.")
    ] = None,
    wait: Wait = True,
    out: ReportOut = None,
    server: Server = DEFAULT_SERVER,
    wide: Wide = False,
    as_json: Json = False,
) -> None:
    """Train a model on a data set, and evaluate it on what is held out.

    Give --classifier or --segmenter. At the end its metrics are shown, each with its 95 % confidence
    interval, and the version that it has become.
    """
    screen = Screen(as_json, wide)
    divided = {
        "method": split,
        "test": test,
        "validation": validation,
        "allow_duplicates": allow_duplicates or None,
    }
    order = {
        "classifier": classifier,
        "segmenter": segmenter,
        "parameters": parameters_of(param),
        "preprocess": pipeline_of(preprocess) if preprocess else "",
        "split": _given(divided),
        "imbalance": imbalance,
        "search": choices_of(search),
        "folds": folds,
        "seed": seed,
    }
    with Client(server) as client:
        job = client.train(name, dataset=dataset, **_given(order))
        follow_to_report(screen, client, job, name, out=out, wait=wait)


def _given(options: dict[str, Any]) -> Any:
    """Return what was written, so that all else is as the server has it."""
    return {name: value for name, value in options.items() if value not in ("", None, {})}

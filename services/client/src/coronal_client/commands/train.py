"""``coronal model train``."""

from pathlib import Path
from typing import Annotated, Any

import typer

from coronal_client.client import Client
from coronal_client.commands.learning import follow, leave, show_judged
from coronal_client.commands.options import DEFAULT_SERVER, Json, Server, pipeline_of
from coronal_client.commands.values import choices_of, parameters_of
from coronal_client.commands.versions import Wait
from coronal_client.display.screen import Screen

__all__ = ["train"]


def train(
    name: Annotated[
        str, typer.Argument(show_default=False, help="What the model is called: of a-z, 0-9 and hyphens.")
    ],
    *,
    dataset: Annotated[
        str, typer.Option(metavar="NAME[@VERSION]", show_default=False, help="What it learns from.")
    ],
    classifier: Annotated[str, typer.Option(show_default=False, help="What is trained.")] = "",
    segmenter: Annotated[
        str, typer.Option(show_default=False, help="What is trained, where it is to give label maps.")
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
        float | None, typer.Option(show_default="0.2", help="Which part is held out, where it is random.")
    ] = None,
    validation: Annotated[
        float | None, typer.Option(show_default="0.1", help="Which part of all tells a network when to stop.")
    ] = None,
    allow_duplicates: Annotated[
        bool,
        typer.Option(
            "--allow-duplicates",
            help="Take a given split also where one image stands in several parts; the report says how many.",
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
    out: Annotated[
        Path | None,
        typer.Option(show_default=False, help="Save the report into this folder, which isn't there yet."),
    ] = None,
    server: Server = DEFAULT_SERVER,
    as_json: Json = False,
) -> None:
    """Train a model on a data set, and judge it on what is held out.

    Give --classifier or --segmenter. At the end its metrics are shown, each with its 95 % interval, and the
    version that it has become.
    """
    screen = Screen(as_json)
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
        if not wait:
            leave(screen, job)
            return
        follow(screen, job, name)
        show_judged(screen, client, job, out)


def _given(options: dict[str, Any]) -> Any:
    """Give what was written, so that all else is as the server has it."""
    return {name: value for name, value in options.items() if value not in ("", None, {})}

"""``coronal run``."""

from pathlib import Path
from typing import Annotated

import typer

from coronal_client.batches.items import Item
from coronal_client.cli.commands.following import connected, run_items
from coronal_client.cli.commands.options import (
    Files,
    Json,
    OptionalServer,
    Pipeline,
    Reference,
    Wide,
    Workers,
    pipeline_of,
    reference_of,
)
from coronal_client.cli.display.report import code_of, item_body
from coronal_client.cli.display.screen import Screen

__all__ = ["run"]


def run(
    pipeline: Pipeline,
    files: Files,
    *,
    out: Annotated[Path, typer.Option(help="Where each image gets a folder for its results.")] = Path(
        "coronal-results"
    ),
    reference: Reference = None,
    server: OptionalServer = "",
    workers: Workers,
    wide: Wide = False,
    as_json: Json = False,
) -> None:
    """Run images through a pipeline, save and show the results.

    Without a server one is started for as long as it takes. An image that fails stops no other.
    """
    source = pipeline_of(pipeline)
    items = [Item(file, source, reference=reference_of(file, reference)) for file in files]
    screen = Screen(as_json, wide)
    with connected(screen, server, workers) as client:
        run_items(screen, client, items, out)
    screen.give([item_body(item) for item in items])
    raise typer.Exit(code_of(items))

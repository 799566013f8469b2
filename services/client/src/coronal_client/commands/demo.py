"""``coronal demo``."""

from pathlib import Path
from typing import Annotated

import typer

from coronal_client.commands.following import run_items
from coronal_client.commands.options import Json, OptionalServer, Workers
from coronal_client.demo.images import SAMPLES
from coronal_client.display.screen import Screen
from coronal_client.items import Item

__all__ = ["demo"]


def demo(
    *,
    out: Annotated[Path, typer.Option(help="Where each image gets a folder for its results.")] = Path(
        "coronal-demo"
    ),
    server: OptionalServer = "",
    workers: Workers,
    as_json: Json = False,
) -> None:
    """Run five real images through pipelines.

    A retina photograph, a CT and an MR slice (DICOM), an MR volume (NIfTI) and a stained section, all of
    them out of packages that are installed.
    """
    screen = Screen(as_json)
    items = [Item(sample.image(), sample.pipeline, sample.title) for sample in SAMPLES]
    code = run_items(screen, items, out, server=server, workers=workers)
    screen.show("\nPictures to look at:")
    for item in items:
        if item.results and item.folder and item.results.overlay:
            screen.show(f"  {item.title}: {item.folder / item.results.overlay.name}")
    raise typer.Exit(code)

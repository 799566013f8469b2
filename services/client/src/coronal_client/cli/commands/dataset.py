"""``coronal dataset``."""

from pathlib import Path
from typing import Annotated

import typer

from coronal_client.cli.commands.learning import follow, leave
from coronal_client.cli.commands.options import DEFAULT_SERVER, Json, Server, Wide
from coronal_client.cli.commands.versions import (
    Every,
    FilesOut,
    Named,
    NamedExactly,
    Wait,
    exactly,
    list_versions,
    show_version,
)
from coronal_client.cli.display.datasets import list_datasets, show_dataset
from coronal_client.cli.display.screen import Screen
from coronal_client.client import Client

__all__ = ["dataset"]

dataset = typer.Typer(help="Labelled images, kept under a name.", no_args_is_help=True, rich_markup_mode=None)


@dataset.command()
def add(
    name: Annotated[
        str, typer.Argument(show_default=False, help="What it is called: of a-z, 0-9 and hyphens.")
    ],
    path: Annotated[
        Path,
        typer.Argument(
            show_default=False,
            help="A folder or a zip with a folder for each class, with a labels.csv, or with folders images "
            "and labels; or an npz.",
        ),
    ],
    *,
    description: Annotated[
        str, typer.Option(show_default=False, help="What a person should know of it.")
    ] = "",
    wait: Wait = True,
    out: FilesOut = None,
    server: Server = DEFAULT_SERVER,
    wide: Wide = False,
    as_json: Json = False,
) -> None:
    """Send labelled images, to be kept as a data set.

    If anything is wrong they are refused as a whole: every fault is reported, and the exit code is 1. The
    same images again are the same version.
    """
    screen = Screen(as_json, wide)
    with Client(server) as client:
        job = client.add_dataset(name, path, description=description)
        if not wait:
            leave(screen, job)
            return
        follow(screen, job, name)
        show_version(screen, show_dataset, client.dataset(job.published or name), out)


@dataset.command("list")
def list_all(
    name: Every = "", *, server: Server = DEFAULT_SERVER, wide: Wide = False, as_json: Json = False
) -> None:
    """List data sets, each with its newest version; or all versions of one."""
    with Client(server) as client:
        found = client.dataset_versions(name) if name else client.datasets()
    list_versions(Screen(as_json, wide), list_datasets, found)


@dataset.command()
def show(
    name: Named,
    *,
    out: FilesOut = None,
    server: Server = DEFAULT_SERVER,
    wide: Wide = False,
    as_json: Json = False,
) -> None:
    """Show how many images of each class there are; with --out save the contact sheet."""
    with Client(server) as client:
        show_version(Screen(as_json, wide), show_dataset, client.dataset(name), out)


@dataset.command()
def delete(name: NamedExactly, *, server: Server = DEFAULT_SERVER) -> None:
    """Remove a version of a data set; models that were trained on it stay."""
    with Client(server) as client:
        client.delete_dataset(*exactly(name))

"""``coronal dataset``."""

from pathlib import Path
from typing import Annotated

import typer

from coronal_client.client import Client
from coronal_client.commands.learning import follow, leave
from coronal_client.commands.options import DEFAULT_SERVER, Json, Server
from coronal_client.commands.versions import Every, FilesOut, Named, NamedExactly, Wait, exactly
from coronal_client.display.datasets import list_datasets, show_dataset
from coronal_client.display.screen import Screen
from coronal_client.versions import Version

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
    as_json: Json = False,
) -> None:
    """Send labelled images, to be kept as a data set.

    Where anything is wrong with them they are refused whole: all of it is told, and the exit code is 1. The
    same images again are the same version.
    """
    screen = Screen(as_json)
    with Client(server) as client:
        job = client.add_dataset(name, path, description=description)
        if not wait:
            leave(screen, job)
            return
        follow(screen, job, name)
        _show(screen, client.dataset(job.published or name), out)


@dataset.command("list")
def list_all(name: Every = "", *, server: Server = DEFAULT_SERVER, as_json: Json = False) -> None:
    """List data sets, each with its newest version; or all versions of one."""
    screen = Screen(as_json)
    with Client(server) as client:
        found = client.dataset_versions(name) if name else client.datasets()
    list_datasets(screen, found)
    screen.give([one.body for one in found])


@dataset.command()
def show(
    name: Named, *, out: FilesOut = None, server: Server = DEFAULT_SERVER, as_json: Json = False
) -> None:
    """Show how many images of each class there are; with --out save the contact sheet."""
    with Client(server) as client:
        _show(Screen(as_json), client.dataset(name), out)


@dataset.command()
def delete(name: NamedExactly, *, server: Server = DEFAULT_SERVER) -> None:
    """Remove a version of a data set; models that were trained on it stay."""
    with Client(server) as client:
        client.delete_dataset(*exactly(name))


def _show(screen: Screen, version: Version, out: Path | None) -> None:
    show_dataset(screen, version)
    if out is not None:
        version.save(out)
        screen.show(*(f"  file:     {out / file}" for file in version.files))
    screen.give(version.body)

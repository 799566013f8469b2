"""``coronal model``."""

from typing import Annotated

import typer

from coronal_client.client import Client
from coronal_client.commands.evaluate import evaluate
from coronal_client.commands.options import DEFAULT_SERVER, Json, Server
from coronal_client.commands.register import register
from coronal_client.commands.train import train
from coronal_client.commands.versions import Alias, Every, FilesOut, Named, NamedExactly, exactly
from coronal_client.display.models import aliases_line, list_models, show_model
from coronal_client.display.screen import Screen

__all__ = ["model"]

_PRODUCTION = "production"

model = typer.Typer(
    help="What was learned: trained, judged, promoted.", no_args_is_help=True, rich_markup_mode=None
)
model.command()(train)
model.command()(register)
model.command()(evaluate)


@model.command("list")
def list_all(name: Every = "", *, server: Server = DEFAULT_SERVER, as_json: Json = False) -> None:
    """List models, each with its newest version; or all versions of one."""
    screen = Screen(as_json)
    with Client(server) as client:
        found = client.model_versions(name) if name else client.models()
    list_models(screen, found)
    screen.give([one.body for one in found])


@model.command()
def show(
    name: Named, *, out: FilesOut = None, server: Server = DEFAULT_SERVER, as_json: Json = False
) -> None:
    """Show what a model is made from, and how good it is; with --out save its report."""
    screen = Screen(as_json)
    with Client(server) as client:
        found = client.model(name)
        show_model(screen, found)
        if out is not None:
            found.save(out)
            screen.show(*(f"  file:     {out / file}" for file in found.files))
        screen.give(found.body)


@model.command()
def promote(
    name: NamedExactly,
    *,
    alias: Alias = _PRODUCTION,
    server: Server = DEFAULT_SERVER,
    as_json: Json = False,
) -> None:
    """Let an alias stand for a version from now on."""
    stem, version = exactly(name)
    with Client(server) as client:
        _tell(Screen(as_json), stem, client.promote(stem, version, alias))


@model.command()
def rollback(
    name: Annotated[str, typer.Argument(show_default=False, help="The model's name.")],
    *,
    alias: Alias = _PRODUCTION,
    server: Server = DEFAULT_SERVER,
    as_json: Json = False,
) -> None:
    """Let an alias stand for the version again that it stood for before."""
    with Client(server) as client:
        _tell(Screen(as_json), name, client.roll_back(name, alias))


@model.command()
def unalias(
    name: Annotated[str, typer.Argument(show_default=False, help="The model's name.")],
    *,
    alias: Alias = _PRODUCTION,
    server: Server = DEFAULT_SERVER,
) -> None:
    """Let an alias stand for nothing any more: its version can be deleted then."""
    with Client(server) as client:
        client.remove_alias(name, alias)


@model.command()
def delete(name: NamedExactly, *, server: Server = DEFAULT_SERVER) -> None:
    """Remove a version of a model for which no alias stands."""
    with Client(server) as client:
        client.delete_model(*exactly(name))


def _tell(screen: Screen, name: str, aliases: dict[str, int]) -> None:
    screen.show(aliases_line(name, aliases))
    screen.give({"name": name, "aliases": aliases})

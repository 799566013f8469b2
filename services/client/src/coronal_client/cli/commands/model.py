"""``coronal model``."""

from typing import Annotated

import typer

from coronal_client.cli.commands.evaluate import evaluate
from coronal_client.cli.commands.options import DEFAULT_SERVER, Json, Server, Wide
from coronal_client.cli.commands.register import register
from coronal_client.cli.commands.train import train
from coronal_client.cli.commands.versions import (
    Alias,
    Every,
    FilesOut,
    Named,
    NamedExactly,
    exactly,
    list_versions,
    show_version,
)
from coronal_client.cli.display.models import aliases_line, list_models, show_model
from coronal_client.cli.display.screen import Screen
from coronal_client.client import Client

__all__ = ["model"]

_PRODUCTION = "production"

model = typer.Typer(
    help="What was learned: trained, evaluated, promoted.", no_args_is_help=True, rich_markup_mode=None
)
model.command()(train)
model.command()(register)
model.command()(evaluate)


@model.command("list")
def list_all(
    name: Every = "", *, server: Server = DEFAULT_SERVER, wide: Wide = False, as_json: Json = False
) -> None:
    """List models, each with its newest version; or all versions of one."""
    with Client(server) as client:
        found = client.model_versions(name) if name else client.models()
    list_versions(Screen(as_json, wide), list_models, found)


@model.command()
def show(
    name: Named,
    *,
    out: FilesOut = None,
    server: Server = DEFAULT_SERVER,
    wide: Wide = False,
    as_json: Json = False,
) -> None:
    """Show what a model is made from, and how good it is; with --out save its report."""
    with Client(server) as client:
        show_version(Screen(as_json, wide), show_model, client.model(name), out)


@model.command()
def promote(
    name: NamedExactly,
    *,
    alias: Alias = _PRODUCTION,
    server: Server = DEFAULT_SERVER,
    as_json: Json = False,
) -> None:
    """Point an alias to a version."""
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
    """Point an alias back to its previous version."""
    with Client(server) as client:
        _tell(Screen(as_json), name, client.roll_back(name, alias))


@model.command()
def unalias(
    name: Annotated[str, typer.Argument(show_default=False, help="The model's name.")],
    *,
    alias: Alias = _PRODUCTION,
    server: Server = DEFAULT_SERVER,
) -> None:
    """Remove an alias: its version can be deleted then."""
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

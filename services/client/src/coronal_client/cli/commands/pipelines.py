"""``coronal pipelines``."""

import json
from pathlib import Path
from typing import Annotated

import typer

from coronal_client.cli.commands.options import DEFAULT_SERVER, Json, Server
from coronal_client.cli.display.screen import Screen
from coronal_client.client import Client

__all__ = ["pipelines"]

pipelines = typer.Typer(
    help="The pipelines that the server knows by name.", no_args_is_help=True, rich_markup_mode=None
)

Name = Annotated[str, typer.Argument(metavar="NAME", show_default=False, help="The pipeline's name.")]


@pipelines.command("list")
def list_all(*, server: Server = DEFAULT_SERVER, as_json: Json = False) -> None:
    """List them."""
    screen = Screen(as_json)
    with Client(server) as client:
        found = client.pipelines()
    for pipeline in found:
        stages = " → ".join(stage["name"] for stage in pipeline["stages"])
        screen.show(f"{pipeline['name']}: {stages}")
    screen.give(found)


@pipelines.command()
def show(name: Name, *, server: Server = DEFAULT_SERVER) -> None:
    """Print one, as JSON."""
    with Client(server) as client:
        typer.echo(json.dumps(client.pipeline(name), indent=2, ensure_ascii=False))


@pipelines.command()
def save(
    name: Name,
    file: Annotated[Path, typer.Argument(show_default=False, help="A file with a pipeline, YAML or JSON.")],
    *,
    server: Server = DEFAULT_SERVER,
) -> None:
    """Keep a pipeline under a name, in the place of another of that name."""
    with Client(server) as client:
        client.save_pipeline(name, file)


@pipelines.command()
def delete(name: Name, *, server: Server = DEFAULT_SERVER) -> None:
    """Remove one; jobs that were sent through it aren't changed."""
    with Client(server) as client:
        client.delete_pipeline(name)

"""Versions of data sets and models: arguments and options that name them, and how they are shown."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from coronal_client.cli.display.screen import Screen
from coronal_client.learning.versions import Version

__all__ = [
    "Alias",
    "Every",
    "FilesOut",
    "Named",
    "NamedExactly",
    "Wait",
    "exactly",
    "list_versions",
    "show_version",
]

Named: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="NAME[@VERSION]", show_default=False, help="Which: by default the newest version."
    ),
]

NamedExactly: TypeAlias = Annotated[
    str, typer.Argument(metavar="NAME@VERSION", show_default=False, help="Which, with the version's number.")
]

Every: TypeAlias = Annotated[
    str, typer.Argument(metavar="[NAME]", show_default=False, help="All versions of this one.")
]

Wait: TypeAlias = Annotated[
    bool, typer.Option("--wait/--no-wait", help="Stay until the end, or print the job's id and go.")
]

FilesOut: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--out",
        show_default=False,
        help="Save its pictures and reports into this folder, which isn't there yet.",
    ),
]

Alias: TypeAlias = Annotated[str, typer.Option(help="The name that stands for a version.")]


def exactly(argument: str) -> tuple[str, int]:
    """Return name and number of a version.

    >>> exactly("digits@3")
    ('digits', 3)

    Raises
    ------
    BadParameter
        When there is no number.
    """
    name, _, version = argument.partition("@")
    if not (name and version.isdecimal()):
        raise typer.BadParameter(f"must be NAME@VERSION with the version's number, found {argument!r}")
    return name, int(version)


def list_versions(
    screen: Screen, display: Callable[[Screen, list[Version]], None], versions: Iterable[Version]
) -> None:
    """List versions for a person, or as JSON."""
    found = list(versions)
    display(screen, found)
    screen.give([one.body for one in found])


def show_version(
    screen: Screen, display: Callable[[Screen, Version], None], version: Version, out: Path | None
) -> None:
    """Show a version to a person, or as JSON; save its files into a folder where one is given."""
    display(screen, version)
    if out is not None:
        version.save(out)
        screen.show(*(f"  file:     {out / file}" for file in version.files))
    screen.give(version.body)

"""Arguments and options of the commands that learn."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

__all__ = ["Alias", "Every", "FilesOut", "Named", "NamedExactly", "Wait", "exactly"]

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
    """Give name and number of a version.

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

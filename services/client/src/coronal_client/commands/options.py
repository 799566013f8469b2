"""Options and arguments that several commands have."""

import os
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

__all__ = [
    "DEFAULT_SERVER",
    "Files",
    "Ids",
    "Json",
    "OptionalServer",
    "Pipeline",
    "Server",
    "Workers",
    "pipeline_of",
]

DEFAULT_SERVER = "http://127.0.0.1:8000"

Server: TypeAlias = Annotated[
    str, typer.Option("--server", metavar="URL", envvar="CORONAL_SERVER", help="Where the server is.")
]

OptionalServer: TypeAlias = Annotated[
    str,
    typer.Option(
        "--server",
        metavar="URL",
        envvar="CORONAL_SERVER",
        show_default=False,
        help="Where the server is; without it one is started for as long as it takes.",
    ),
]

Json: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Print JSON and nothing else to standard output.")
]

Workers: TypeAlias = Annotated[
    int,
    typer.Option(
        default_factory=lambda: os.cpu_count() or 1,
        min=1,
        show_default="one for each core",
        help="How many jobs run at a time.",
    ),
]

Pipeline: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="PIPELINE",
        show_default=False,
        help="A file with a pipeline (YAML or JSON), the name of one that the server knows, or its text.",
    ),
]

Files: TypeAlias = Annotated[
    list[Path], typer.Argument(metavar="FILE...", show_default=False, help="The images.")
]

Ids: TypeAlias = Annotated[
    list[str], typer.Argument(metavar="JOB...", show_default=False, help="The jobs' ids.")
]


def pipeline_of(argument: str) -> str | Path:
    """Tell a file from a name or a text.

    >>> pipeline_of("bright-objects")
    'bright-objects'
    >>> pipeline_of("bright.yaml").name
    'bright.yaml'
    """
    is_path = "\n" not in argument and Path(argument).suffix.lower() in (".yaml", ".yml", ".json")
    return Path(argument) if is_path or _is_file(argument) else argument


def _is_file(argument: str) -> bool:
    try:
        return Path(argument).is_file()
    except (OSError, ValueError):
        # Too long for a path, or with a character that no path has: it is a text.
        return False

"""Options and arguments that several commands have."""

import os
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from coronal_client.batches.references import stem_of
from coronal_client.errors import BadFile
from coronal_client.files.folders import files_in

__all__ = [
    "DEFAULT_SERVER",
    "Files",
    "Ids",
    "Json",
    "OptionalServer",
    "Pipeline",
    "Reference",
    "Server",
    "Wide",
    "Workers",
    "pipeline_of",
    "reference_of",
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

Wide: TypeAlias = Annotated[
    bool, typer.Option("--wide", help="Show tables whole, however long and wide they are.")
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
    list[Path],
    typer.Argument(
        metavar="PATH...",
        show_default=False,
        help="The images; a folder is one of several files, as a DICOM series.",
    ),
]

Reference: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        show_default=False,
        help="What a stage of the pipeline compares with: a label map, or a folder that has one for each "
        "image, of the same name but for its suffix.",
    ),
]

Ids: TypeAlias = Annotated[
    list[str], typer.Argument(metavar="JOB...", show_default=False, help="The jobs' ids.")
]


def pipeline_of(argument: str) -> str | Path:
    """Distinguish a file from a name or a text.

    >>> pipeline_of("bright-objects")
    'bright-objects'
    >>> pipeline_of("bright.yaml").name
    'bright.yaml'
    """
    is_path = "\n" not in argument and Path(argument).suffix.lower() in (".yaml", ".yml", ".json")
    return Path(argument) if is_path or _is_file(argument) else argument


def reference_of(image: Path, reference: Path | None) -> Path | None:
    """Find the label map that belongs to an image; BadFile where a folder holds none or several."""
    if reference is None or not reference.is_dir():
        return reference
    stem = stem_of(image.name)
    files = (path for path in files_in(reference) if path.parent == reference)
    found = [path for path in files if stem_of(path.name) == stem]
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise BadFile(f"{reference} must hold one file called {stem}.…, found {names}")
    return found[0]


def _is_file(argument: str) -> bool:
    try:
        return Path(argument).is_file()
    except (OSError, ValueError):
        # Too long for a path, or with a character that no path has: it is a text.
        return False

"""The files of one entry: its picture, and for a measurer the first rows of its table."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from coronal import Column, Image, LabelMap, Table
from coronal_formats.encoders.nifti import nifti_bytes
from coronal_tools.errors import BadArgument
from coronal_tools.gallery.entries import Gallery, Reference, stages_of
from coronal_tools.telling import cell_text
from coronal_tools.trying import Trial, Tried, try_algorithm

__all__ = ["draw", "picture_of", "table_of"]

_WIDEST_PX = 640
_QUALITY = 76
_MOST_ROWS = 4
_MOST_COLUMNS = 8


def picture_of(folder: Path, name: str) -> Path:
    """Tell where the picture of an algorithm lies."""
    return folder / f"{name}.jpg"


def table_of(folder: Path, name: str) -> Path:
    """Tell where the table of a measurer lies, in Markdown."""
    return folder / f"{name}.md"


def draw(gallery: Gallery, name: str, folder: Path) -> None:
    """Run an algorithm as its entry says, and write its picture, and its table where it makes one.

    Parameters
    ----------
    gallery
        The table of entries.
    name
        The algorithm.
    folder
        Where the files are put.

    Raises
    ------
    BadArgument
        When it has no entry, or an image isn't there.
    CoronalError
        When the entry's pipeline can't be run.
    """
    if name not in gallery.entries:
        raise BadArgument(f"{name} must be an algorithm of the gallery; it has no entry")
    tried = _tried(gallery, name)
    tried.picture(_WIDEST_PX).save(picture_of(folder, name), "JPEG", quality=_QUALITY, optimize=True)
    if isinstance(tried.output, Table):
        table_of(folder, name).write_text(_markdown(tried.output), "utf-8")


def _tried(gallery: Gallery, name: str) -> Tried:
    entry = gallery.entries[name]
    *first, stage = stages_of(entry.stages(name))
    trial = Trial(stage=stage, first=tuple(first), image=gallery.images[entry.image].file())
    if entry.reference is None:
        return try_algorithm(trial)
    with TemporaryDirectory() as folder:
        path = Path(folder, "reference.nii.gz")
        path.write_bytes(_reference(gallery, entry.reference))
        return try_algorithm(replace(trial, reference=path))


def _reference(gallery: Gallery, reference: Reference) -> bytes:
    *first, stage = stages_of(reference.stages)
    tried = try_algorithm(
        Trial(stage=stage, first=tuple(first), image=gallery.images[reference.image].file())
    )
    if not isinstance(tried.output, LabelMap):
        raise BadArgument(f"the last stage of a reference must be a segmenter, found {stage.algorithm}")
    return nifti_bytes(Image(tried.output.labels, tried.output.geometry))


def _markdown(table: Table) -> str:
    columns, rows = table.columns[:_MOST_COLUMNS], table.rows[:_MOST_ROWS]
    lines = [
        [_heading(column) for column in columns],
        ["---:"] * len(columns),
        *([cell_text(cell) for cell in row[:_MOST_COLUMNS]] for row in rows),
    ]
    body = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    left = {"row": len(table.rows) - len(rows), "column": len(table.columns) - len(columns)}
    rest = [f"{count:,} more {noun}{'s' * (count > 1)}" for noun, count in left.items() if count]
    return f"{body}\n… and {' and '.join(rest)}.\n" if rest else body


def _heading(column: Column) -> str:
    return f"{column.name} ({column.unit})" if column.unit else column.name

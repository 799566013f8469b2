"""Drawing one entry of the gallery: its picture, and for a measurer the first rows of its table."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from coronal import Column, Image, LabelMap, Table
from coronal_formats.encoders.nifti import nifti_bytes
from coronal_worker.dev.errors import BadArgument
from coronal_worker.dev.gallery.entries import Gallery, Reference, stages_of
from coronal_worker.dev.summary import cell_text
from coronal_worker.dev.try_algorithm import TryRequest, TryResult, try_algorithm

__all__ = ["draw", "picture_of", "table_of"]

_MAX_WIDTH_PX = 640
_QUALITY = 76
_MAX_ROWS = 4
_MAX_COLUMNS = 8


def picture_of(folder: Path, name: str) -> Path:
    """Return the path of an algorithm's picture."""
    return folder / f"{name}.jpg"


def table_of(folder: Path, name: str) -> Path:
    """Return the path of a measurer's table, in Markdown."""
    return folder / f"{name}.md"


def draw(gallery: Gallery, name: str, folder: Path) -> None:
    """Run the algorithm of an entry, and write its picture, or also its table.

    Parameters
    ----------
    gallery
        Images and entries.
    name
        Name of the algorithm.
    folder
        Folder for the files.

    Raises
    ------
    BadArgument
        When it has no entry, or an image doesn't exist.
    CoronalError
        When the entry's pipeline can't be run.
    """
    if name not in gallery.entries:
        raise BadArgument(f"{name} must be an algorithm with an entry in the gallery; it has none")
    result = _try_entry(gallery, name)
    result.picture(_MAX_WIDTH_PX).save(picture_of(folder, name), "JPEG", quality=_QUALITY, optimize=True)
    if isinstance(result.output, Table):
        table_of(folder, name).write_text(_markdown(result.output), "utf-8")


def _try_entry(gallery: Gallery, name: str) -> TryResult:
    entry = gallery.entries[name]
    *first, stage = stages_of(entry.stages(name))
    request = TryRequest(stage=stage, first=tuple(first), image=gallery.images[entry.image].file())
    if entry.reference is None:
        return try_algorithm(request)
    with TemporaryDirectory() as folder:
        path = Path(folder, "reference.nii.gz")
        path.write_bytes(_reference(gallery, entry.reference))
        return try_algorithm(replace(request, reference=path))


def _reference(gallery: Gallery, reference: Reference) -> bytes:
    *first, stage = stages_of(reference.stages)
    result = try_algorithm(
        TryRequest(stage=stage, first=tuple(first), image=gallery.images[reference.image].file())
    )
    if not isinstance(result.output, LabelMap):
        raise BadArgument(f"the last stage of a reference must be a segmenter, found {stage.algorithm}")
    return nifti_bytes(Image(result.output.labels, result.output.geometry))


def _markdown(table: Table) -> str:
    columns, rows = table.columns[:_MAX_COLUMNS], table.rows[:_MAX_ROWS]
    lines = [
        [_heading(column) for column in columns],
        ["---:"] * len(columns),
        *([cell_text(cell) for cell in row[:_MAX_COLUMNS]] for row in rows),
    ]
    body = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    left = {"row": len(table.rows) - len(rows), "column": len(table.columns) - len(columns)}
    rest = [f"{count:,} more {noun}{'s' * (count > 1)}" for noun, count in left.items() if count]
    return f"{body}\n… and {' and '.join(rest)}.\n" if rest else body


def _heading(column: Column) -> str:
    return f"{column.name} ({column.unit})" if column.unit else column.name

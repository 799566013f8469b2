"""Summary of an algorithm's output, as lines for a terminal."""

from collections.abc import Iterator
from itertools import zip_longest

from coronal import Image, LabelMap, Output, Prediction, Table
from coronal.types.table import Cell

__all__ = ["cell_text", "summarize"]

_MAX_ROWS = 20


def summarize(output: Output) -> Iterator[str]:
    """Yield lines that describe an output: its type and size, or the first rows of a table.

    >>> import numpy as np
    >>> list(summarize(LabelMap(np.array([[0, 1, 2]]))))
    ['label map of 1 × 3: 2 labels']
    """
    match output:
        case Image():
            low, high = float(output.pixels.min()), float(output.pixels.max())
            extent = _extent(output.shape)
            yield f"image of {extent}, {output.pixels.dtype}: {low:g} to {high:g} ({output.meaning})"
        case LabelMap():
            noun = "label" if output.count == 1 else "labels"
            yield f"label map of {_extent(output.shape)}: {output.count} {noun}"
        case Prediction():
            for name, probability in zip(output.classes, output.probabilities, strict=True):
                yield f"{name}: {probability:.3f}"
        case Table():
            yield from _aligned(output)


def _extent(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))


def _aligned(table: Table) -> Iterator[str]:
    shown = [list(table.headings), *([cell_text(cell) for cell in row] for row in table.rows[:_MAX_ROWS])]
    widths = [max(map(len, column)) for column in zip_longest(*shown, fillvalue="")]
    for row in shown:
        yield "  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True))
    if len(table.rows) > _MAX_ROWS:
        yield f"… of {len(table.rows)} rows"


def cell_text(cell: Cell) -> str:
    """Return a cell as text, with at most 6 digits of a number.

    >>> cell_text(1 / 3), cell_text(None)
    ('0.333333', '–')
    """
    return "–" if cell is None else f"{cell:.6g}" if isinstance(cell, float) else str(cell)

"""``labels.csv``: what is known of each file, a line each."""

import csv
import io
from collections.abc import Iterator, Sequence

from coronal.errors import BadImage, shown
from coronal.file_names import composed
from coronal.task_spec import Part
from coronal_learning.dataset_contents import Item
from coronal_learning.sent.archive import TABLE, Archive
from coronal_learning.sent.faults import Faults
from coronal_learning.sent.part_words import PART_WORDS, part_of

__all__ = ["items_of", "lines_of"]

_DELIMITERS = ",;\t"


def items_of(archive: Archive, files: Sequence[str], faults: Faults, *, label: bool) -> list[Item]:
    """Read what is known of files, sorted by their paths.

    Parameters
    ----------
    archive
        That has a ``labels.csv``, with the columns ``file``, perhaps ``label``, ``patient`` and ``split``.
    files
        Each of them must have a line, and each line one of them.
    faults
        Where it is told what is wrong.
    label
        Whether there must be a column ``label``.
    """
    found: dict[str, Item] = {}
    blank: list[str] = []
    known = set(files)
    for number, line in lines_of(archive, TABLE, ("file", "label") if label else ("file",), faults):
        path = _known_path(line["file"].replace("\\", "/").removeprefix("./"), known)
        where = f"{TABLE}, line {number}: "
        if path in found:
            faults.add(f"{where}{shown(path)} has a line already")
            continue
        if path not in known:
            faults.add(f"{where}there must be the file {shown(path)}, found none")
        name = line.get("label", "") if label else ""
        if label and not name:
            faults.add(f"{where}the label of {shown(path)} must be told, found none")
        if not line.get("split"):
            blank.append(path)
        part = _part_of(line, where, faults)
        found[path] = Item(name=path, label=name, patient=line.get("patient", ""), part=part)
    for path in sorted(known - found.keys()):
        faults.add(f"{shown(path)} must have a line in {TABLE}, found none")
    if 0 < len(blank) < len(found):
        faults.add(f"the split of {shown(blank[0])} must be told, as of other files, found none")
    return [found[path] for path in sorted(known & found.keys())]


def _known_path(path: str, known: set[str]) -> str:
    """Give a path with its uppermost folder as the archive calls it, where that is in lower case there."""
    top, slash, below = path.partition("/")
    lower = top.casefold() + slash + below
    return lower if path not in known and lower in known else path


def lines_of(
    archive: Archive, path: str, wanted: tuple[str, ...], faults: Faults
) -> Iterator[tuple[int, dict[str, str]]]:
    """Read a table with a header, in any letters, between commas, semicolons or tabs.

    Parameters
    ----------
    archive, path
        Where it is.
    wanted
        The columns that it must have.
    faults
        Where it is told what is wrong.

    Yields
    ------
    tuple[int, dict[str, str]]
        The number of a line, from 1 for the header on, and its cells by column, in Unicode's composed form.
    """
    try:
        text = archive.text(path)
    except BadImage as bad:
        faults.add(f"{path}: {bad}")
        return
    head = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(_DELIMITERS, key=head.count))
    try:
        columns = [name.strip().casefold() for name in next(rows, [])]
        if missing := [name for name in wanted if columns.count(name) != 1]:
            found = ", ".join(map(shown, columns[:10])) or "none"
            faults.add(f"{path} must have one column {' and one '.join(missing)}, found {found}")
            return
        for row in rows:
            if len(row) > len(columns):
                faults.add(
                    f"{path}, line {rows.line_num}: there must be {len(columns)} cells, found {len(row)}"
                )
            elif any(row):
                cells = (composed(cell.strip()) for cell in row)
                yield rows.line_num, dict(zip(columns, cells, strict=False))
    except csv.Error as broken:
        faults.add(f"{path}, line {rows.line_num}: {broken}")


def _part_of(line: dict[str, str], where: str, faults: Faults) -> Part | None:
    word = line.get("split", "")
    part = part_of(word)
    if word and part is None:
        faults.add(f"{where}split must be one of {', '.join(PART_WORDS)}, found {shown(word)}")
    return part

"""``labels.csv``: label, patient and split of each file."""

import csv
import io
from collections.abc import Iterator, Sequence

from coronal.errors import BadImage, shown
from coronal.formats.file_names import composed
from coronal.task_spec import Subset
from coronal_learning.datasets.dataset_contents import Item
from coronal_learning.datasets.ingest.archive import TABLE, Archive
from coronal_learning.datasets.ingest.faults import Faults
from coronal_learning.datasets.ingest.subset_names import SUBSET_WORDS, subset_of

__all__ = ["read_labels", "read_table"]

_DELIMITERS = ",;\t"


def read_labels(archive: Archive, files: Sequence[str], faults: Faults, *, label: bool) -> list[Item]:
    """Read label, patient and split of files, sorted by path.

    Parameters
    ----------
    archive
        Zip with a ``labels.csv`` of the columns ``file`` and, optionally, ``label``, ``patient``, ``split``.
    files
        Files that must have a line each; each line must have one of them.
    faults
        Collects what is wrong.
    label
        Whether a column ``label`` is required.
    """
    found: dict[str, Item] = {}
    blank: list[str] = []
    known = set(files)
    for number, line in read_table(archive, TABLE, ("file", "label") if label else ("file",), faults):
        path = _known_path(line["file"].replace("\\", "/").removeprefix("./"), known)
        where = f"{TABLE}, line {number}: "
        if path in found:
            faults.add(f"{where}{shown(path)} has a line already")
            continue
        if path not in known:
            faults.add(f"{where}there must be the file {shown(path)}, found none")
        name = line.get("label", "") if label else ""
        if label and not name:
            faults.add(f"{where}the label of {shown(path)} must be given, found none")
        if not line.get("split"):
            blank.append(path)
        subset = _subset_of(line, where, faults)
        found[path] = Item(name=path, label=name, patient=line.get("patient", ""), subset=subset)
    for path in sorted(known - found.keys()):
        faults.add(f"{shown(path)} must have a line in {TABLE}, found none")
    if 0 < len(blank) < len(found):
        faults.add(f"the split of {shown(blank[0])} must be given, as for other files, found none")
    return [found[path] for path in sorted(known & found.keys())]


def _known_path(path: str, known: set[str]) -> str:
    """Return a path with its top folder as it is in the archive, where that is in lower case."""
    top, slash, below = path.partition("/")
    lower = top.casefold() + slash + below
    return lower if path not in known and lower in known else path


def read_table(
    archive: Archive, path: str, wanted: tuple[str, ...], faults: Faults
) -> Iterator[tuple[int, dict[str, str]]]:
    """Read a table with a header in any case, separated by commas, semicolons or tabs.

    Parameters
    ----------
    archive, path
        Zip, and path within it.
    wanted
        Required columns.
    faults
        Collects what is wrong.

    Yields
    ------
    tuple[int, dict[str, str]]
        Line number, from 1 for the header, and cells by column, in Unicode's composed form.
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


def _subset_of(line: dict[str, str], where: str, faults: Faults) -> Subset | None:
    word = line.get("split", "")
    subset = subset_of(word)
    if word and subset is None:
        faults.add(f"{where}split must be one of {', '.join(SUBSET_WORDS)}, found {shown(word)}")
    return subset

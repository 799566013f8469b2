"""How well a batch agrees with its references, as a person sees it."""

import csv
from io import StringIO

from coronal_client.cli.display.listing import Listing, listing

__all__ = ["comparison_of"]


def comparison_of(text: str) -> Listing:
    """Lay out the table that `Batch.comparison` gives, a line for each measure."""
    rows = (_row(row) for row in csv.DictReader(StringIO(text, newline=""), restval=""))
    return listing(("of", "measure", "images", "mean ± sd", "min to max", "worst"), rows, has_names=False)


def _row(row: dict[str, str]) -> tuple[str, ...]:
    label = " ".join(filter(None, (row["stage"], row["label"], row["name"])))
    stored = f"{label} (stored as {row['stored_as']})" if row["stored_as"] else label
    if not row.get("n"):
        return stored, "", "", "", "", ""
    mean = " ± ".join(_short(row[name]) for name in ("mean", "sd") if row[name])
    ends = f"{_short(row['min'])} to {_short(row['max'])}" if row["min"] else ""
    count = row["n"] if row["n"] == row["images"] else f"{row['n']} of {row['images']}"
    return stored, row["measure"], count, mean, ends, row["worst_1"]


def _short(number: str) -> str:
    return f"{float(number):.4g}"

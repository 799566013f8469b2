"""How much a replay has come to the same, as a person sees it."""

from collections.abc import Iterator

from rich.console import RenderableType

from coronal_client.cli.display.listing import listing
from coronal_client.comparison.comparison import Comparison
from coronal_client.comparison.verdict import Verdict

__all__ = ["replayed"]

_IN_ALL = {
    Verdict.EQUAL: "The results are equal to the bit.",
    Verdict.WITHIN_TOLERANCE: "The results are equal within tolerance.",
    Verdict.DIFFERS: "The results differ.",
}


def replayed(comparison: Comparison) -> Iterator[RenderableType]:
    """Lay out a line for each file, the differences in how both were run, and the verdict."""
    files = ((file.name, str(file.verdict), file.detail) for file in comparison.files)
    yield listing(("file", "verdict", "detail"), files)
    if comparison.differences:
        rows = ((one.what, one.before, one.after) for one in comparison.differences)
        yield listing(("run with", "the job", "the replay"), rows)
    elif comparison.verdict is not Verdict.EQUAL:
        yield (
            "Both provenances are the same: an algorithm isn't the same each time, or its code has changed "
            "and its version hasn't."
        )
    yield _IN_ALL[comparison.verdict]

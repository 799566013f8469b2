"""The writer of the provenance."""

from collections.abc import Iterable

from coronal import Outcome, ResultFile, writer

__all__ = ["provenance"]


@writer
def provenance(outcome: Outcome) -> Iterable[ResultFile]:
    """Write ``provenance.json``: all that is needed to make the result again."""
    text = outcome.provenance.model_dump_json(indent=2)
    yield ResultFile("provenance.json", "application/json", text.encode() + b"\n")

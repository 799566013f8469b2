"""Publication of a model: the files of its job and the version that is stored."""

import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import JsonValue

from coronal import Publication, ResultFile, TaskResult

__all__ = ["publish_model"]


def publish_model(
    name: str, model: Path, facts: Mapping[str, JsonValue], files: tuple[ResultFile, ...]
) -> TaskResult:
    """Return the result of a task that has made a model.

    Parameters
    ----------
    name, model
        Name and file of the model.
    facts
        Facts of the version; also ``result.json``.
    files
        Files stored with it.
    """
    text = json.dumps(facts, indent=2, ensure_ascii=False, allow_nan=False)
    result = ResultFile("result.json", "application/json", text.encode() + b"\n")
    kept = Publication("models", name, model, facts, tuple(file.name for file in files))
    return TaskResult((result, *files), kept)

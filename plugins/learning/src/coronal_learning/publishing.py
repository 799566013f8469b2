"""A model on its way out: the files of its job, and what is kept."""

import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import JsonValue

from coronal import Publication, ResultFile, TaskResult

__all__ = ["published"]


def published(
    name: str, model: Path, facts: Mapping[str, JsonValue], files: tuple[ResultFile, ...]
) -> TaskResult:
    """Give what a task leaves that has made a model.

    Parameters
    ----------
    name, model
        What it is called, and its file.
    facts
        What is told of it; they are ``result.json``, too.
    files
        What stays with it.
    """
    text = json.dumps(facts, indent=2, ensure_ascii=False, allow_nan=False)
    result = ResultFile("result.json", "application/json", text.encode() + b"\n")
    kept = Publication("models", name, model, facts, tuple(file.name for file in files))
    return TaskResult((result, *files), kept)

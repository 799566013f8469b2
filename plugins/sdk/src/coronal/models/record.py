"""The record of a model: ``model.json``, which anybody can read, beside the files of what was learned."""

import json
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, JsonValue

from coronal.errors import BadModel, shown

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["ModelRecord", "read_record", "saved_parameters", "write_record"]

_RECORD = "model.json"


class ModelRecord(BaseModel):
    """What a model is, apart from what it has learned.

    Parameters
    ----------
    model
        The name of its class.
    parameters
        By name, all that it was made from.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str = Field(validation_alias=AliasChoices("model", "classifier"))  # as it was called before 0.2
    parameters: dict[str, JsonValue]


R = TypeVar("R", bound=ModelRecord)


def write_record(folder: Path, record: ModelRecord) -> None:
    """Write ``model.json``; the same record gives the same bytes."""
    (folder / _RECORD).write_text(record.model_dump_json(indent=2) + "\n", encoding="utf-8")


def read_record(folder: Path, kind: type[R], model: str) -> R:
    """Read the record of a model.

    Parameters
    ----------
    folder
        That of the model.
    kind
        The class of the record.
    model
        The name of the class that it must be of.

    Raises
    ------
    BadModel
        When it is missing or broken, or of another model.
    """
    try:
        record = kind.model_validate(json.loads((folder / _RECORD).read_text(encoding="utf-8")))
    except (OSError, ValueError) as broken:
        raise BadModel(f"{_RECORD} must be the record of a model, found {type(broken).__name__}") from broken
    if record.model != model:
        raise BadModel(f"the model must be of {model}, found {shown(record.model)}")
    return record


def saved_parameters(model: "DataclassInstance") -> dict[str, JsonValue]:
    """Return the parameters of a model for its record: the fields that it was made from, by name."""
    named = {one.name: getattr(model, one.name) for one in fields(model) if one.init}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in named.items()}

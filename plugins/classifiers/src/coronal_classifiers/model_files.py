"""The files of a model: a record that anybody can read, the estimator without pickle, a graph for serving."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from coronal.errors import BadModel, shown
from coronal.form import Form
from coronal_classifiers.canonical import canonical
from coronal_classifiers.estimator import Estimator
from coronal_classifiers.runtime import Runtime
from coronal_classifiers.scaling import Scaling
from coronal_classifiers.sound_trees import has_sound_trees

__all__ = ["Files", "Record", "dumped", "read_estimator", "read_files", "read_record", "write"]

_RECORD = "model.json"

_ESTIMATOR = "model.skops"

_GRAPH = "model.onnx"

_LONGEST = 200
"""The names of types that come from a file are no longer than this in a message."""

_BROKEN = (OSError, BadZipFile, ImportError, AttributeError, LookupError, TypeError, ValueError)
"""What reading a file raises that isn't what it says: skops takes the names and sizes in it at their word."""


class Record(BaseModel):
    """What a model is, apart from its estimator.

    Parameters
    ----------
    classifier
        The name of its class.
    parameters
        By name, all that it was made from.
    classes
        Their names in the order of the estimator's numbers.
    class_weights
        What an image of each class weighed; None where each weighed 1.
    form
        That of the images that it learned from.
    scaling
        How each kind of its features was scaled; None where an older version has written it.
    caveats
        What its user must know before trusting it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    classifier: str
    parameters: dict[str, JsonValue]
    classes: tuple[str, ...]
    class_weights: tuple[float, ...] | None
    form: Form
    scaling: Scaling | None = None
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Files:
    """What is written beside the record.

    Parameters
    ----------
    skops
        The estimator.
    onnx
        The graph that predicts in its place; None where there is none.
    """

    skops: bytes
    onnx: bytes | None


def dumped(estimator: Estimator, runtime: Runtime | None) -> Files:
    """Give the files of an estimator; the same estimator gives the same bytes."""
    import skops.io

    return Files(canonical(skops.io.dumps(estimator)), runtime.content if runtime else None)


def write(folder: Path, record: Record, files: Files) -> None:
    """Write all into a folder."""
    (folder / _RECORD).write_text(record.model_dump_json(indent=2) + "\n", encoding="utf-8")
    (folder / _ESTIMATOR).write_bytes(files.skops)
    if files.onnx is not None:
        (folder / _GRAPH).write_bytes(files.onnx)


def read_files(folder: Path) -> Files:
    """Read what stands beside the record.

    Raises
    ------
    BadModel
        When a file can't be read.
    """
    graph = folder / _GRAPH
    try:
        return Files((folder / _ESTIMATOR).read_bytes(), graph.read_bytes() if graph.exists() else None)
    except OSError as broken:
        raise BadModel(f"{_ESTIMATOR} must be the estimator of a model, found {_found(broken)}") from broken


def read_record(folder: Path, classifier: str) -> Record:
    """Read the record of a model.

    Parameters
    ----------
    folder
        That of the model.
    classifier
        The name of the class that it must be of.

    Raises
    ------
    BadModel
        When it is missing or broken, or of another classifier.
    """
    try:
        record = Record.model_validate(json.loads((folder / _RECORD).read_text(encoding="utf-8")))
    except (OSError, ValueError) as broken:
        raise BadModel(f"{_RECORD} must be the record of a model, found {_found(broken)}") from broken
    if record.classifier != classifier:
        raise BadModel(f"the model must be of {classifier}, found {shown(record.classifier)}")
    return record


def read_estimator(content: bytes, like: Estimator, trusted: Collection[str], classes: int) -> Estimator:
    """Read the estimator of a model.

    Parameters
    ----------
    content
        What skops wrote.
    like
        One of the same steps, unfitted; what scales may stand before them.
    trusted
        The types that it may hold besides those that skops trusts by itself: its own estimators' and arrays.
    classes
        How many classes it tells apart.

    Raises
    ------
    BadModel
        When it is broken, holds another type, isn't of these steps, or has a tree that would
        lead out of its arrays.
    """
    import skops.io
    from skops.io.exceptions import UntrustedTypesFoundException

    try:
        estimator: Estimator = skops.io.loads(content, trusted=sorted(trusted))
        is_right = (
            _is_like(estimator, like)
            and estimator.classes_.tolist() == list(range(classes))
            and has_sound_trees(estimator.named_steps["classify"])
        )
    except UntrustedTypesFoundException as foreign:
        raise BadModel(
            f"{_ESTIMATOR} holds what this classifier never saves: {_foreign_types(content, trusted)}"
        ) from foreign
    except _BROKEN as broken:
        raise BadModel(f"{_ESTIMATOR} must be the estimator of a model, found {_found(broken)}") from broken
    if not is_right:
        raise BadModel(
            f"{_ESTIMATOR} must be the fitted estimator of this model, found another or a broken one"
        )
    return estimator


def _foreign_types(content: bytes, trusted: Collection[str]) -> str:
    import skops.io

    found = skops.io.get_untrusted_types(data=content)
    return ", ".join(shown(name) for name in found if name not in trusted)[:_LONGEST]


def _is_like(estimator: Estimator, like: Estimator) -> bool:
    from sklearn.preprocessing import StandardScaler

    steps = _steps(estimator)
    return steps[-1:] == _steps(like) and steps[:-1] in ([], [("scale", StandardScaler)])


def _steps(estimator: Estimator) -> list[tuple[str, type]]:
    return [(name, type(step)) for name, step in estimator.named_steps.items()]


def _found(error: Exception) -> str:
    # An OSError and a validation error say more than may leave: a path, a value.
    if isinstance(error, OSError | ValidationError):
        return type(error).__name__
    return shown(str(error).partition("\n")[0])

"""The files of a model: a record that anybody can read, the estimator without pickle, a graph for serving."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

from coronal.errors import BadModel, shown
from coronal.models.image_form import Form
from coronal.models.record import ModelRecord, write_record
from coronal_learning.estimators.canonical_skops import canonical
from coronal_learning.estimators.estimator import Estimator
from coronal_learning.estimators.export.onnx_runtime import Runtime
from coronal_learning.estimators.scaling import Scaling
from coronal_learning.estimators.tree_validation import has_sound_trees

__all__ = ["Files", "Record", "dumped", "read_estimator", "read_files", "write"]

_ESTIMATOR = "model.skops"

_GRAPH = "model.onnx"

_MAX_LENGTH = 200
"""The names of types that come from a file are no longer than this in a message."""

_BROKEN = (OSError, BadZipFile, ImportError, AttributeError, LookupError, TypeError, ValueError)
"""What reading a file raises that isn't what it says: skops takes the names and sizes in it at their word."""


class Record(ModelRecord):
    """What a model is, apart from its estimator; see `ModelRecord`.

    Parameters
    ----------
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
    """Return the files of an estimator; the same estimator gives the same bytes."""
    import skops.io

    return Files(canonical(skops.io.dumps(estimator)), runtime.content if runtime else None)


def write(folder: Path, record: Record, files: Files) -> None:
    """Write all into a folder."""
    write_record(folder, record)
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
    return ", ".join(shown(name) for name in found if name not in trusted)[:_MAX_LENGTH]


def _is_like(estimator: Estimator, like: Estimator) -> bool:
    from sklearn.preprocessing import StandardScaler

    steps = _steps(estimator)
    return steps[-1:] == _steps(like) and steps[:-1] in ([], [("scale", StandardScaler)])


def _steps(estimator: Estimator) -> list[tuple[str, type]]:
    return [(name, type(step)) for name, step in estimator.named_steps.items()]


def _found(error: Exception) -> str:
    # An OSError says more than may leave: a path.
    if isinstance(error, OSError):
        return type(error).__name__
    return shown(str(error).partition("\n")[0])

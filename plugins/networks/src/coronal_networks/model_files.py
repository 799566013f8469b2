"""The files of a network: a record that anybody can read, the network, and its graph for serving."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, JsonValue

from coronal.errors import BadModel, shown
from coronal_networks.keras_file import keras_bytes, network_of
from coronal_networks.network import Network
from coronal_networks.onnx_export import NotExported, exported
from coronal_networks.runtime import KerasRuntime, OnnxRuntime, Runtime

__all__ = ["KeptNetwork", "Record", "read_record", "write_record"]

_RECORD = "model.json"
_KERAS = "model.keras"
_ONNX = "model.onnx"


class Record(BaseModel):
    """What a model is, apart from its network.

    Parameters
    ----------
    model
        The name of its class.
    parameters
        By name, all that it was made from.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    parameters: dict[str, JsonValue]


R = TypeVar("R", bound=Record)


def write_record(folder: Path, record: Record) -> None:
    """Write ``model.json``; the same record gives the same bytes."""
    (folder / _RECORD).write_text(record.model_dump_json(indent=2) + "\n", encoding="utf-8")


def read_record(folder: Path, kind: type[R], model: str) -> R:
    """Read the record of a model.

    Parameters
    ----------
    folder
        That of the model.
    kind
        Which record it must be.
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


@dataclass(frozen=True, eq=False)
class KeptNetwork:
    """A trained network, as it is stored and as it answers.

    Parameters
    ----------
    content
        The file ``model.keras``.
    runtime
        What answers: the graph where there is one.
    """

    content: bytes
    runtime: Runtime

    @classmethod
    def of(
        cls,
        network: Network,
        samples: NDArray[np.float32],
        log: Callable[[str], None],
        *,
        tolerance: float | None = None,
    ) -> Self:
        """Keep a network, with its graph where that says the same of some inputs; the log tells why not.

        Parameters
        ----------
        network, samples, tolerance
            As in `coronal_networks.onnx_export.exported`.
        log
            Takes a line.
        """
        try:
            runtime: Runtime = exported(network, samples, tolerance)
        except NotExported as reason:
            log(f"no ONNX graph: {reason}")
            runtime = KerasRuntime(network)
        return cls(keras_bytes(network), runtime)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read it from a folder; without TensorFlow where there is a graph.

        Raises
        ------
        BadModel
            When a file is missing or broken.
        """
        try:
            content = (folder / _KERAS).read_bytes()
            graph = (folder / _ONNX).read_bytes() if (folder / _ONNX).exists() else None
        except OSError as missing:
            raise BadModel(f"{_KERAS} must be a network, found {type(missing).__name__}") from missing
        return cls(content, OnnxRuntime(graph) if graph is not None else KerasRuntime(network_of(content)))

    @property
    def caveats(self) -> tuple[str, ...]:
        """That it is slow, where there is no graph."""
        if isinstance(self.runtime, OnnxRuntime):
            return ()
        return ("it is served by Keras and not by ONNX Runtime, which takes several times as long",)

    def write(self, folder: Path) -> None:
        """Write ``model.keras``, and ``model.onnx`` if there is a graph."""
        (folder / _KERAS).write_bytes(self.content)
        if isinstance(self.runtime, OnnxRuntime):
            (folder / _ONNX).write_bytes(self.runtime.content)

    @cached_property
    def network(self) -> Network:
        """The network itself, for what only it can tell; it is read when it is first asked for.

        Raises
        ------
        BadModel
            When ``model.keras`` is broken.
        """
        return network_of(self.content)

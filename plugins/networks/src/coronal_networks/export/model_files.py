"""The files of a network beside its record: the network, and its ONNX graph for inference."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from coronal.errors import BadModel
from coronal.models.export import NotExported
from coronal.models.onnx_session import OnnxSession
from coronal_networks.export.keras_file import keras_bytes, network_of
from coronal_networks.export.onnx_export import exported
from coronal_networks.export.runtime import KerasRuntime, Runtime, onnx_runtime
from coronal_networks.network import Network

__all__ = ["KeptNetwork"]

_KERAS = "model.keras"
_ONNX = "model.onnx"


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
            As in `coronal_networks.export.onnx_export.exported`.
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
    def read(cls, folder: Path, input_shape: tuple[int | None, ...], channels: int) -> Self:
        """Read it from a folder; without TensorFlow where there is a graph.

        Parameters
        ----------
        folder
            That of the model.
        input_shape, channels
            What its runtime must have.

        Raises
        ------
        BadModel
            When a file is missing or broken, or the network has other inputs or outputs.
        """
        try:
            content = (folder / _KERAS).read_bytes()
            graph = (folder / _ONNX).read_bytes() if (folder / _ONNX).exists() else None
        except OSError as missing:
            raise BadModel(f"{_KERAS} must be a network, found {type(missing).__name__}") from missing
        runtime: Runtime = onnx_runtime(graph) if graph is not None else KerasRuntime(network_of(content))
        if (runtime.input_shape, runtime.channels) != (input_shape, channels):
            raise BadModel("the network must be that of this model, found one of other inputs or outputs")
        return cls(content, runtime)

    @property
    def caveats(self) -> tuple[str, ...]:
        """That it is slow, where there is no graph."""
        if isinstance(self.runtime, OnnxSession):
            return ()
        return ("it is served by Keras and not by ONNX Runtime, which takes several times as long",)

    def write(self, folder: Path) -> None:
        """Write ``model.keras``, and ``model.onnx`` if there is a graph."""
        (folder / _KERAS).write_bytes(self.content)
        if isinstance(self.runtime, OnnxSession):
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

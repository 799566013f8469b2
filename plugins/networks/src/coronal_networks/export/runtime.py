"""What runs a network: ONNX Runtime, without TensorFlow and in a tenth of its time; or TensorFlow."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from coronal.models.onnx_session import OnnxSession
from coronal_networks.engine import tensorflow
from coronal_networks.network import Network

__all__ = ["KerasRuntime", "Runtime", "onnx_runtime"]

_BATCH_SIZE = 32
"""What lies between the layers takes memory."""


class Runtime(Protocol):
    """What computes the outputs of a network."""

    @property
    def input_shape(self) -> tuple[int | None, ...]:
        """Shape of one input; None along an axis of any length."""

    @property
    def channels(self) -> int:
        """Length of the last axis of its output."""

    def outputs(self, inputs: NDArray[np.float32]) -> NDArray[np.floating]:
        """Return the output of each input, in their order."""


def onnx_runtime(content: bytes) -> OnnxSession:
    """Open a graph.

    Parameters
    ----------
    content
        The file ``model.onnx``: a graph of one input and one output.

    Raises
    ------
    BadModel
        When it is no graph.
    """
    return OnnxSession(content, _BATCH_SIZE)


class KerasRuntime:
    """The network itself, compiled once.

    Parameters
    ----------
    network
        It isn't changed any more.
    """

    def __init__(self, network: Network) -> None:
        tf = tensorflow()
        shape = tf.TensorSpec(network.input_shape, tf.float32)
        self._network = network
        self._outputs = tf.function(lambda inputs: network(inputs, training=False), input_signature=[shape])

    @property
    def input_shape(self) -> tuple[int | None, ...]:
        """Shape of one input."""
        return self._network.input_shape[1:]

    @property
    def channels(self) -> int:
        """Length of the last axis of its output."""
        return self._network.output_shape[-1] or 0

    def outputs(self, inputs: NDArray[np.float32]) -> NDArray[np.floating]:
        """Return the output of each input, in their order."""
        starts = range(0, len(inputs), _BATCH_SIZE)
        return np.concatenate(
            [self._outputs(inputs[start : start + _BATCH_SIZE]).numpy() for start in starts]
        )

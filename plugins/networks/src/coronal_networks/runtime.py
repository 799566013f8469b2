"""What answers: ONNX Runtime, without TensorFlow and in a tenth of its time; or the network itself."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from coronal import BadModel
from coronal_networks.engine import tensorflow
from coronal_networks.network import Network

__all__ = ["KerasRuntime", "OnnxRuntime", "Runtime"]

_AT_ONCE = 32
"""So many examples are asked of at once: what lies between the layers takes memory."""


class Runtime(Protocol):
    """What gives the outputs of a network."""

    @property
    def input_shape(self) -> tuple[int | None, ...]:
        """The shape of one input; None along an axis that can have any length."""

    @property
    def channels(self) -> int:
        """How many numbers its output has along its last axis."""

    def outputs(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give the output of each input, in their order."""


class OnnxRuntime:
    """A graph, in one thread.

    Parameters
    ----------
    content
        The file ``model.onnx``: a graph of one input and one output.

    Raises
    ------
    BadModel
        When it is no graph.
    """

    def __init__(self, content: bytes) -> None:
        import onnxruntime
        from onnxruntime.capi import onnxruntime_pybind11_state as raised

        options = onnxruntime.SessionOptions()
        # A process of a worker has one core, and an answer takes less time than to wake another thread.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        broken = (raised.Fail, raised.InvalidArgument, raised.InvalidGraph, raised.InvalidProtobuf)
        try:
            self._session = onnxruntime.InferenceSession(content, options, ["CPUExecutionProvider"])
        except broken as error:
            raise BadModel(
                f"model.onnx must be the graph of a model, found {type(error).__name__}"
            ) from error
        self.content = content
        self._input, self._output = self._session.get_inputs()[0], self._session.get_outputs()[0]

    @property
    def input_shape(self) -> tuple[int | None, ...]:
        """The shape of one input."""
        return tuple(length if isinstance(length, int) else None for length in self._input.shape[1:])

    @property
    def channels(self) -> int:
        """How many numbers its output has along its last axis."""
        return int(self._output.shape[-1])

    def outputs(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give the output of each input, in their order."""
        return np.concatenate(
            [self._session.run(None, {self._input.name: part})[0] for part in _parts(inputs)]
        )


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
        """The shape of one input."""
        return self._network.input_shape[1:]

    @property
    def channels(self) -> int:
        """How many numbers its output has along its last axis."""
        return self._network.output_shape[-1] or 0

    def outputs(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give the output of each input, in their order."""
        return np.concatenate([self._outputs(part).numpy() for part in _parts(inputs)])


def _parts(inputs: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    return [inputs[start : start + _AT_ONCE] for start in range(0, len(inputs), _AT_ONCE)]
